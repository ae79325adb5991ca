/* The part of QEMU's plugin interface, version 1 (QEMU 6.0 and later), that count.c uses. Debian does not install
   QEMU's own header; these are the facts of the documented binary interface, in our words. */
#ifndef THIMBLE_QEMU_PLUGIN_API_H
#define THIMBLE_QEMU_PLUGIN_API_H

#include <stddef.h>
#include <stdint.h>

enum { QEMU_PLUGIN_API_VERSION = 1 };
typedef uint64_t plugin_id;
struct qemu_info;        /* what QEMU tells of itself; unused */
struct qemu_plugin_tb;   /* a run of guest instructions while it is translated */
struct qemu_plugin_insn; /* one of them */

enum plugin_flags { PLUGIN_READS_NO_REGISTERS = 0 };
enum plugin_operation { PLUGIN_ADD_U64 = 0 };
enum plugin_access { PLUGIN_READS = 1, PLUGIN_WRITES = 2 };

/* What QEMU looks up in a plugin: the version, and the function called once at the start (0: go on). */
__attribute__((visibility("default"))) extern int qemu_plugin_version;
__attribute__((visibility("default"))) int qemu_plugin_install(plugin_id id, const struct qemu_info* info, int count,
                                                               char** arguments);

/* What a plugin may call. Callbacks of instructions run before the instruction, each time that it is executed. */
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, void (*translated)(plugin_id, struct qemu_plugin_tb*));
void qemu_plugin_register_atexit_cb(plugin_id id, void (*ended)(plugin_id, void*), void* data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb* block);
struct qemu_plugin_insn* qemu_plugin_tb_get_insn(const struct qemu_plugin_tb* block, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn* instruction);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn* instruction, void (*executed)(unsigned, void*),
                                            enum plugin_flags flags, void* data);
const void* qemu_plugin_insn_data(const struct qemu_plugin_insn* instruction);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn* instruction);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb* block, void (*executed)(unsigned, void*),
                                          enum plugin_flags flags, void* data);
/* The callback gets the address that is loaded from or stored to. */
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn* instruction,
                                      void (*accessed)(unsigned, uint32_t, uint64_t, void*), enum plugin_flags flags,
                                      enum plugin_access access, void* data);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn* instruction, enum plugin_operation operation,
                                                void* counter, uint64_t amount);

#endif
