// A pool of threads that shares out numbered tasks. Workers spin briefly between jobs, so that the
// many short jobs of one step follow each other without a system call, and then sleep.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

namespace trinity {

// A borrowed callable `void(int task, int worker)`: lives only as long as the call it is passed to.
class Work {
 public:
  template <class F, class = std::enable_if_t<!std::is_same_v<std::decay_t<F>, Work>>>
  Work(F&& f)
      : object_(const_cast<void*>(static_cast<const void*>(&f))),
        call_([](void* object, int task, int worker) {
          (*static_cast<std::remove_reference_t<F>*>(object))(task, worker);
        }) {}
  void operator()(int task, int worker) const { call_(object_, task, worker); }

 private:
  void* object_;
  void (*call_)(void*, int, int);
};

class Pool {
 public:
  explicit Pool(int num_threads);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  int num_threads() const { return int(threads_.size()) + 1; }

  // Calls work(task, worker) once for each task in [0, num_tasks), in any order, on the caller
  // (worker 0) and the pool's threads; returns when all are done. Callers wait for each other.
  void run(int num_tasks, const Work& work);

 private:
  void serve(int worker);
  void take_tasks(const Work& work, int num_tasks, int worker);

  std::vector<std::thread> threads_;
  std::mutex callers_;  // held for a whole job
  std::mutex mutex_;    // held while a job is put up or taken down
  std::condition_variable wake_;
  std::atomic<unsigned> generation_{0};  // one more for each job
  std::atomic<int> next_task_{0};
  std::atomic<int> busy_{0};  // workers still in the current job
  const Work* work_ = nullptr;
  int num_tasks_ = 0;
  bool stop_ = false;
};

// The process-wide pool, made on first use and again after a fork, whose child has no threads.
Pool& pool();
// Threads that the pool has, or will have once it is made.
int num_threads();
// Takes effect at once; no kernel may run meanwhile.
void set_num_threads(int num_threads);

}  // namespace trinity
