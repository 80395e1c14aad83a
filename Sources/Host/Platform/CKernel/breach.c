#define _GNU_SOURCE
#include "csandbox.h"
#include "filter.h"

#include <sys/syscall.h>

/* Calls that one of the two machines does not have are left out there. */
unsigned qe_filter_breach(int system_call) {
    switch (system_call) {
#if defined(__x86_64__)
    case SYS_open: case SYS_creat: case SYS_stat: case SYS_lstat: case SYS_access: case SYS_mkdir: case SYS_rmdir: case SYS_unlink:
    case SYS_rename: case SYS_link: case SYS_symlink: case SYS_readlink: case SYS_chmod: case SYS_chown: case SYS_getdents: case SYS_mknod:
    case SYS_sendfile: case SYS_dup2: case SYS_pipe: case SYS_inotify_init:
#endif
    case SYS_openat: case SYS_openat2: case SYS_fstat: case SYS_newfstatat: case SYS_statx: case SYS_statfs: case SYS_fstatfs: case SYS_faccessat:
    case SYS_faccessat2: case SYS_mkdirat: case SYS_mknodat: case SYS_unlinkat: case SYS_renameat: case SYS_renameat2: case SYS_linkat:
    case SYS_symlinkat: case SYS_readlinkat: case SYS_fchmod: case SYS_fchmodat: case SYS_fchown: case SYS_fchownat: case SYS_getdents64:
    case SYS_truncate: case SYS_ftruncate: case SYS_fallocate: case SYS_chdir: case SYS_fchdir: case SYS_chroot: case SYS_getcwd: case SYS_mount:
    case SYS_umount2: case SYS_read: case SYS_pread64: case SYS_readv: case SYS_preadv: case SYS_preadv2: case SYS_write: case SYS_pwrite64:
    case SYS_writev: case SYS_pwritev: case SYS_pwritev2: case SYS_lseek: case SYS_close: case SYS_close_range: case SYS_dup: case SYS_dup3:
    case SYS_fcntl: case SYS_ioctl: case SYS_flock: case SYS_fsync: case SYS_fdatasync: case SYS_pipe2: case SYS_splice: case SYS_tee:
    case SYS_copy_file_range: case SYS_memfd_create: case SYS_inotify_init1: case SYS_open_by_handle_at: case SYS_io_uring_setup:
    case SYS_io_uring_enter: case SYS_io_uring_register:
        return QE_BREACH_FILE;
    case SYS_socket: case SYS_socketpair: case SYS_connect: case SYS_bind: case SYS_listen: case SYS_accept: case SYS_accept4: case SYS_sendto:
    case SYS_sendmsg: case SYS_sendmmsg: case SYS_recvfrom: case SYS_recvmsg: case SYS_recvmmsg: case SYS_getsockopt: case SYS_setsockopt:
    case SYS_getsockname: case SYS_getpeername: case SYS_shutdown:
        return QE_BREACH_NETWORK;
#if defined(__x86_64__)
    case SYS_fork: case SYS_vfork:
#endif
    case SYS_rt_sigaction: case SYS_rt_sigprocmask: case SYS_sigaltstack: case SYS_getppid: case SYS_prctl: case SYS_clone: case SYS_clone3: case SYS_execve: case SYS_execveat: case SYS_kill: case SYS_tkill: case SYS_tgkill: case SYS_rt_sigqueueinfo:
    case SYS_rt_tgsigqueueinfo: case SYS_pidfd_open: case SYS_pidfd_send_signal: case SYS_pidfd_getfd: case SYS_ptrace: case SYS_process_vm_readv:
    case SYS_process_vm_writev: case SYS_wait4: case SYS_waitid: case SYS_setns: case SYS_unshare: case SYS_setpgid: case SYS_setsid:
        return QE_BREACH_PROCESS;
#if defined(__x86_64__)
    case SYS_time: case SYS_alarm:
#endif
    case SYS_clock_gettime: case SYS_clock_getres: case SYS_gettimeofday: case SYS_times: case SYS_timer_create: case SYS_timerfd_create:
    case SYS_setitimer: case SYS_getitimer: case SYS_getrusage:
        return QE_BREACH_CLOCK;
    default: return QE_BREACH_OTHER;
    }
}
