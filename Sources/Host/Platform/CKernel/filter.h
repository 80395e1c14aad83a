/* Both stages as BPF programs. */
#ifndef QE_FILTER_H
#define QE_FILTER_H

/* 0, or -1 and errno. `reset` is the one argument with which SIGSYS may be given its default back. */
int qe_filter_stage1(const void *reset);
int qe_filter_stage2(const void *reset);

/* QE_BREACH_... of a system call that was refused. */
unsigned qe_filter_breach(int system_call);

#endif
