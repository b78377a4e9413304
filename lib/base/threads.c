/* threads: one pool that stays, and work divided the same way whatever the number of threads.
 *
 * A loop is cut into pieces that depend on its length and grain alone; the threads take the next
 * piece from a shared counter. Each piece writes places that no other piece writes, so which thread
 * ran it cannot be seen in the result: a seed gives the same losses with 1, 2 or 8 threads.
 * Between two loops a worker spins for a moment before it sleeps: loops follow closely in training. */
#include "base/base.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum { THREADS_MAX = 256, SPINS = 2000 };

static struct {
    pthread_mutex_t user;  /* held by the thread whose loop runs */
    pthread_mutex_t lock;  /* guards sleeping and waking */
    pthread_cond_t work;
    pthread_t workers[THREADS_MAX];
    int running;           /* workers started */
    int wanted;            /* threads in all, 0 until first asked */
    atomic_uint generation; /* one more for each loop */
    atomic_bool stopping;
    ParallelBody body;
    void *context;
    size_t count, grain;
    atomic_size_t next;    /* the first index not yet taken */
    atomic_int busy;       /* workers still in this loop */
} pool = {.user = PTHREAD_MUTEX_INITIALIZER,
          .lock = PTHREAD_MUTEX_INITIALIZER,
          .work = PTHREAD_COND_INITIALIZER};

static _Thread_local bool inside_loop = false;

static void run_pieces(void)
{
    for (;;) {
        size_t begin = atomic_fetch_add(&pool.next, pool.grain);
        if (begin >= pool.count)
            return;
        size_t end = pool.count - begin < pool.grain ? pool.count : begin + pool.grain;
        pool.body(begin, end, pool.context);
    }
}

static void wait_for_work(unsigned seen)
{
    for (int spin = 0; spin < SPINS; spin++) {
        if (atomic_load(&pool.generation) != seen)
            return;
        if (spin % 16 == 15)
            sched_yield();
    }
    pthread_mutex_lock(&pool.lock);
    while (atomic_load(&pool.generation) == seen)
        pthread_cond_wait(&pool.work, &pool.lock);
    pthread_mutex_unlock(&pool.lock);
}

static void *worker(void *first_generation)
{
    unsigned seen = (unsigned)(uintptr_t)first_generation;
    inside_loop = true;
    for (;;) {
        wait_for_work(seen);
        seen = atomic_load(&pool.generation);
        if (atomic_load(&pool.stopping)) {
            gemm_free_buffers(); /* this thread's own */
            return NULL;
        }
        run_pieces();
        atomic_fetch_sub(&pool.busy, 1);
    }
}

static void announce(void)
{
    pthread_mutex_lock(&pool.lock);
    atomic_fetch_add(&pool.generation, 1);
    pthread_cond_broadcast(&pool.work);
    pthread_mutex_unlock(&pool.lock);
}

/* WENGERT_THREADS as a number, 0 when it is not set, -1 when it is not a number in range. */
static int environment_count(void)
{
    const char *text = getenv("WENGERT_THREADS");
    if (text == NULL || *text == '\0')
        return 0;
    char *end;
    errno = 0;
    long count = strtol(text, &end, 10);
    return *end != '\0' || errno != 0 || count < 1 || count > THREADS_MAX ? -1 : (int)count;
}

Error threads_check_environment(void)
{
    if (environment_count() < 0)
        return error_make("WENGERT_THREADS: expected a number from 1 to %d, found \"%s\"",
                          THREADS_MAX, getenv("WENGERT_THREADS"));
    return no_error();
}

int threads_count(void)
{
    if (pool.wanted == 0) {
        int asked = environment_count();
        long processors = sysconf(_SC_NPROCESSORS_ONLN);
        long count = asked > 0 ? asked : processors;
        pool.wanted = count < 1 ? 1 : count > THREADS_MAX ? THREADS_MAX : (int)count;
    }
    return pool.wanted;
}

void threads_set(int count)
{
    require(count >= 1 && count <= THREADS_MAX, "threads_set: expected 1 to %d threads, found %d",
            THREADS_MAX, count);
    threads_stop();
    pool.wanted = count;
}

void threads_stop(void)
{
    if (pool.running == 0)
        return;
    atomic_store(&pool.stopping, true);
    announce();
    for (int i = 0; i < pool.running; i++)
        pthread_join(pool.workers[i], NULL);
    pool.running = 0;
    atomic_store(&pool.stopping, false);
}

static void start_workers(void)
{
    static bool at_exit = false;
    if (!at_exit)
        atexit(threads_stop);
    at_exit = true;
    void *generation = (void *)(uintptr_t)atomic_load(&pool.generation);
    while (pool.running < threads_count() - 1 &&
           pthread_create(&pool.workers[pool.running], NULL, worker, generation) == 0)
        pool.running++;
    /* A system that refuses threads still computes: the caller takes every piece. */
    pool.wanted = pool.running + 1;
}

static void run_serially(size_t count, size_t grain, ParallelBody body, void *context)
{
    for (size_t begin = 0; begin < count; begin += grain)
        body(begin, count - begin < grain ? count : begin + grain, context);
}

void parallel_for(size_t count, size_t grain, ParallelBody body, void *context)
{
    require(grain > 0, "parallel_for: the grain must be at least 1");
    if (count <= grain || inside_loop || threads_count() == 1 ||
        pthread_mutex_trylock(&pool.user) != 0) {
        run_serially(count, grain, body, context);
        return;
    }
    if (pool.running == 0)
        start_workers();
    pool.body = body;
    pool.context = context;
    pool.count = count;
    pool.grain = grain;
    atomic_store(&pool.next, 0);
    atomic_store(&pool.busy, pool.running);
    announce();
    inside_loop = true;
    run_pieces();
    inside_loop = false;
    for (int spin = 0; atomic_load(&pool.busy) > 0; spin++)
        if (spin % 16 == 15)
            sched_yield();
    pthread_mutex_unlock(&pool.user);
}
