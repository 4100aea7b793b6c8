// The pool of threads, and the one that the whole process shares.
#include "pool.hpp"

#include <pthread.h>

#include <algorithm>

#if defined(__linux__)
#include <sched.h>
#endif

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace trinity {
namespace {

constexpr int kSpins = 2000;  // some 50 microseconds: longer than the gap between a step's ops

void pause() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

Pool::Pool(int num_threads) {
  for (int worker = 1; worker < num_threads; ++worker)
    threads_.emplace_back([this, worker] { serve(worker); });
}

Pool::~Pool() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
    generation_.fetch_add(1, std::memory_order_release);
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void Pool::run(int num_tasks, const Work& work) {
  if (num_tasks <= 1 || threads_.empty()) {
    for (int task = 0; task < num_tasks; ++task) work(task, 0);
    return;
  }
  std::lock_guard alone(callers_);
  {
    std::lock_guard lock(mutex_);
    work_ = &work;
    num_tasks_ = num_tasks;
    next_task_.store(0, std::memory_order_relaxed);
    busy_.store(int(threads_.size()), std::memory_order_relaxed);
    generation_.fetch_add(1, std::memory_order_release);
  }
  wake_.notify_all();
  take_tasks(work, num_tasks, 0);
  for (int spin = 0; busy_.load(std::memory_order_acquire) != 0; ++spin)
    spin < kSpins ? pause() : std::this_thread::yield();
}

void Pool::serve(int worker) {
  unsigned seen = 0;
  for (;;) {
    for (int spin = 0; spin < kSpins && generation_.load(std::memory_order_acquire) == seen; ++spin)
      pause();
    const Work* work;
    int num_tasks;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return generation_.load(std::memory_order_relaxed) != seen; });
      if (stop_) return;
      seen = generation_.load(std::memory_order_relaxed);
      work = work_;
      num_tasks = num_tasks_;
    }
    take_tasks(*work, num_tasks, worker);
    busy_.fetch_sub(1, std::memory_order_release);
  }
}

void Pool::take_tasks(const Work& work, int num_tasks, int worker) {
  for (;;) {
    const int task = next_task_.fetch_add(1, std::memory_order_relaxed);
    if (task >= num_tasks) return;
    work(task, worker);
  }
}

namespace {

// The processors that this process may use, which may be fewer than the machine has: two threads
// on one of them would spin while they wait for each other.
int num_processors() {
#if defined(__linux__)
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof(allowed), &allowed) == 0) return CPU_COUNT(&allowed);
#endif
  return std::max(1, int(std::thread::hardware_concurrency()));
}

struct Shared {
  std::mutex mutex;
  std::atomic<Pool*> pool{nullptr};
  int num_threads = num_processors();
};

// Never destroyed: threads may outlive static objects.
Shared& shared() {
  static Shared* instance = [] {
    static Shared* state = new Shared;
    // A child has none of the threads: it leaves their pool alone and makes another.
    pthread_atfork([] { state->mutex.lock(); }, [] { state->mutex.unlock(); },
                   [] {
                     state->pool.store(nullptr, std::memory_order_relaxed);
                     state->mutex.unlock();
                   });
    return state;
  }();
  return *instance;
}

}  // namespace

Pool& pool() {
  Shared& state = shared();
  if (Pool* made = state.pool.load(std::memory_order_acquire)) return *made;
  std::lock_guard lock(state.mutex);
  if (!state.pool.load(std::memory_order_relaxed))
    state.pool.store(new Pool(state.num_threads), std::memory_order_release);
  return *state.pool.load(std::memory_order_relaxed);
}

int num_threads() {
  Shared& state = shared();
  std::lock_guard lock(state.mutex);
  return state.num_threads;
}

void set_num_threads(int num_threads) {
  Shared& state = shared();
  std::lock_guard lock(state.mutex);
  if (num_threads == state.num_threads) return;
  state.num_threads = num_threads;
  delete state.pool.exchange(nullptr);
}

}  // namespace trinity
