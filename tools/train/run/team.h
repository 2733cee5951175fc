// A fixed team of threads that run one function together and wait for each other, without spinning.
#pragma once
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace train {

class team {
  public:
    explicit team(int size);
    ~team();
    team(const team &) = delete;
    team & operator=(const team &) = delete;

    // Calls work(0..size-1), each on its own thread (0: the caller's), and returns when all are done. Rethrows the first exception.
    void run(const std::function<void(int)> & work);
    int size() const { return (int) threads.size() + 1; }

  private:
    void loop(int index);
    void call(int index);

    std::vector<std::thread> threads;
    std::mutex mutex;
    std::condition_variable wake, finished;
    const std::function<void(int)> * task = nullptr;
    uint64_t round = 0;
    int pending = 0;
    bool stopping = false;
    std::exception_ptr error;
};

} // namespace train
