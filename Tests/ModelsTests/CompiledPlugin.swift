import Foundation
import TestKit
import Testing

/// A C library that a test compiles against the contract's header.
enum CompiledPlugin {
  /// - Parameter flags: `-DNAME=value`.
  static func build(_ source: String, _ name: String, flags: [String] = [], in folder: TemporaryFolder) throws -> String {
    try folder.write(source, to: "\(name).c")
    let include = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../Sources/PluginABI/include").standardized
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.arguments =
      ["cc", "-std=c11", "-O1", "-shared", "-fPIC", "-I", include.path] + flags + ["-o", folder.path("lib\(name).so"), folder.path("\(name).c")]
    try compiler.run()
    compiler.waitUntilExit()
    try #require(compiler.terminationStatus == 0, "cc compiles \(name).c")
    return folder.path("lib\(name).so")
  }

  /// A model that reads its probability from the model file's text at each predict, and adds what a runtime library says.
  static let lending = """
    #include "quantumedge_plugin.h"
    #include <dlfcn.h>
    #include <math.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>

    #ifndef HASH
    #define HASH 0
    #endif

    typedef struct instance { const char *text; uint64_t size; double extra; } instance;

    static qe_status create(const qe_host *host, const qe_config *config, void **out, char *error, size_t capacity) {
        (void)host;
        instance *self = calloc(1, sizeof *self);
        for (uint32_t i = 0; i < config->file_count; i++) {
            const qe_file *file = &config->files[i];
            if (strcmp(file->name, "model") == 0) {
                if (file->fd != -1) { snprintf(error, capacity, "the model came with a descriptor"); free(self); return QE_INVALID; }
                self->text = (const char *)file->bytes;
                self->size = file->size;
            } else {
                char path[64];
                snprintf(path, sizeof path, "/proc/self/fd/%d", file->fd);
                void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
                double (*extra)(void) = library ? (double (*)(void))dlsym(library, "extra") : NULL;
                if (extra == NULL || file->size < 64 || memcmp(file->bytes, "\\x7f" "ELF", 4) != 0) {
                    snprintf(error, capacity, "the runtime %s cannot be used", file->name); free(self); return QE_INVALID;
                }
                self->extra += extra();
            }
        }
        if (self->text == NULL) { snprintf(error, capacity, "no model was lent"); free(self); return QE_INVALID; }
        *out = self;
        return QE_OK;
    }

    static qe_status accept(void *memory) { (void)memory; return QE_OK; }

    static qe_status predict(void *memory, const double *features, uint32_t count, qe_prediction *out) {
        instance *self = memory;
        char text[32] = {0};
        memcpy(text, self->text, self->size < 31 ? self->size : 31);
        double up = atof(text) + self->extra;
        if (count != 18) return QE_INVALID;
        (void)features;
        out->p_up = up;
        out->p_down = 1 - up;
        out->edge = up > 1 ? INFINITY : up - 0.5;
        return QE_OK;
    }

    static void destroy(void *memory) { free(memory); }

    const qe_descriptor *quantumedge_plugin_entry(uint32_t host_major, uint32_t host_minor, char *error, size_t capacity) {
        static const qe_model model = {sizeof model, 0, create, accept, accept, predict, accept, accept, destroy};
        static const qe_descriptor descriptor = {
            .struct_size = sizeof descriptor, .abi_major = QE_ABI_MAJOR, .abi_minor = QE_ABI_MINOR, .kind = QE_KIND_MODEL,
            .name = "Lending", .version = "1.0.0", .model = &model, .feature_schema_hash = {HASH},
        };
        (void)host_major; (void)host_minor; (void)error; (void)capacity;
        return &descriptor;
    }
    """
}
