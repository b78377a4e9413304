/* seccomp: a list of refusals. A program of an exercise computes, allocates, and answers on a
 * descriptor; refused is what could make it more than one process, which would outlast or flood its
 * namespace; hold memory that does not show in its resident set, by which it is bounded; make
 * namespaces or mounts of its own; or look into other processes. A refused call fails with EPERM. */
#include "seccomp.h"

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#ifdef __x86_64__
static const unsigned machine = AUDIT_ARCH_X86_64;
#else
static const unsigned machine = AUDIT_ARCH_AARCH64;
#endif

static const unsigned refused[] = {
#ifdef SYS_fork
    SYS_fork,
    SYS_vfork,
#endif
#ifdef SYS_clone3
    SYS_clone3,
#endif
#ifdef SYS_memfd_secret
    SYS_memfd_secret,
#endif
#ifdef SYS_io_uring_setup
    SYS_io_uring_setup,
#endif
#ifdef SYS_fsopen
    SYS_fsopen,
    SYS_fsmount,
    SYS_open_tree,
    SYS_move_mount,
#endif
    SYS_clone,
    SYS_unshare,
    SYS_setns,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_memfd_create,
    SYS_shmget,
    SYS_shmat,
    SYS_msgget,
    SYS_semget,
    SYS_mq_open,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_bpf,
    SYS_userfaultfd,
    SYS_perf_event_open,
    SYS_add_key,
    SYS_request_key,
    SYS_keyctl,
    SYS_inotify_init1,
    SYS_fanotify_init,
    SYS_socket,
    SYS_socketpair,
};

enum { REFUSED = sizeof refused / sizeof *refused, FILTER_MAX = 2 * REFUSED + 20 };

typedef struct {
    struct sock_filter lines[FILTER_MAX];
    unsigned short count;
} Filter;

static void line_add(Filter *filter, unsigned code, unsigned k, unsigned yes, unsigned no)
{
    require(filter->count < FILTER_MAX, "seccomp: the filter is too long");
    filter->lines[filter->count++] =
        (struct sock_filter){(unsigned short)code, (unsigned char)yes, (unsigned char)no, k};
}

static void load(Filter *filter, size_t offset)
{
    line_add(filter, BPF_LD | BPF_W | BPF_ABS, (unsigned)offset, 0, 0);
}

static void refuse(Filter *filter)
{
    line_add(filter, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM, 0, 0);
}

static void filter_make(Filter *filter)
{
    load(filter, offsetof(struct seccomp_data, arch));
    line_add(filter, BPF_JMP | BPF_JEQ | BPF_K, machine, 1, 0);
    line_add(filter, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0,
             0); /* another processor's numbers */
    load(filter, offsetof(struct seccomp_data, nr));
    line_add(filter, BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1); /* x86's third set of numbers */
    refuse(filter);
    for (size_t k = 0; k < REFUSED; k++) {
        line_add(filter, BPF_JMP | BPF_JEQ | BPF_K, refused[k], 0, 1);
        refuse(filter);
    }
    /* Shared memory without a file stays when its pages are given back, and is in nobody's count.
     */
    line_add(filter, BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 0, 4);
    load(filter, offsetof(struct seccomp_data, args) + 3 * sizeof(uint64_t)); /* its flags */
    line_add(filter, BPF_JMP | BPF_JSET | BPF_K, MAP_SHARED, 0, 2);
    line_add(filter, BPF_JMP | BPF_JSET | BPF_K, MAP_ANONYMOUS, 0, 1);
    refuse(filter);
    line_add(filter, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
}

Error seccomp_write(const char *path, bool *known)
{
    static Filter filter;
    NewFile file;
    filter.count = 0;
    filter_make(&filter);
    *known = true;
    Error error = file_create(&file, path);
    if (error.failed)
        return error;
    fwrite(filter.lines, sizeof *filter.lines, filter.count, file.stream);
    return file_commit(&file);
}
#else
Error seccomp_write(const char *path, bool *known)
{
    (void)path;
    *known = false;
    return no_error();
}
#endif
