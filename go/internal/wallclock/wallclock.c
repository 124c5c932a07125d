#define _GNU_SOURCE
#include "wallclock.h"

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S INT64_C(1000000000)

int wallclock_error = -1;

static _Atomic int64_t moved_ns;
static int listener;
static sem_t listening;

void wallclock_move(int64_t by_ns) { atomic_fetch_add(&moved_ns, by_ns); }

// Go reads clocks in the vDSO, past any filter, unless it does not find that. It looks where the
// kernel says, after the environment.
static void hide_vdso(char **environment) {
  while (*environment != NULL) ++environment;
  for (ElfW(auxv_t) *entry = (void *)(environment + 1); entry->a_type != AT_NULL; ++entry) {
    if (entry->a_type == AT_SYSINFO_EHDR) entry->a_type = AT_IGNORE;
  }
}

// Answers all calls. The caller waits meanwhile, so its memory may be written to. One that a signal
// takes out of its wait asks again.
static void *answer(void *unused) {
  (void)unused;
  while (sem_wait(&listening) != 0) continue;
  for (;;) {
    struct seccomp_notif call = {0};
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) {
      if (errno == ENOENT || errno == EINTR) continue;  // the caller is gone
      return NULL;
    }
    // This thread is older than the filter, and not subject to it.
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    const int64_t ns = now.tv_sec * NS_PER_S + now.tv_nsec + atomic_load(&moved_ns);
    struct timespec *result = (struct timespec *)(uintptr_t)call.data.args[1];
    result->tv_sec = ns / NS_PER_S;
    result->tv_nsec = ns % NS_PER_S;
    struct seccomp_notif_resp response = {.id = call.id};
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
  }
}

static int start_thread(void) {
  pthread_t thread;
  sigset_t all, before;
  sem_init(&listening, 0, 0);
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);  // signals are for Go's threads
  const int error = pthread_create(&thread, NULL, answer, NULL);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return error;
}

// Has the kernel stop this thread's calls, and those of all threads that it will start.
static int start_filter(void) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clock_gettime, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CLOCK_REALTIME, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const struct sock_fprog filter = {.len = sizeof code / sizeof *code, .filter = code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  listener =
      (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter);
  return listener < 0 ? errno : 0;
}

// Runs before Go does.
__attribute__((constructor)) static void start(int argc, char **argv, char **environment) {
  (void)argc, (void)argv;
  if (getenv("REMB_WALLCLOCK") == NULL) return;
  hide_vdso(environment);
  wallclock_error = start_thread();
  if (wallclock_error == 0) wallclock_error = start_filter();
  if (wallclock_error == 0) sem_post(&listening);
}
