#include "team.h"

namespace train {

team::team(int size) {
    for (int i = 1; i < size; i++)
        threads.emplace_back([this, i] { loop(i); });
}

team::~team() {
    {
        std::lock_guard<std::mutex> lock(mutex);
        stopping = true;
    }
    wake.notify_all();
    for (std::thread & t : threads)
        t.join();
}

void team::call(int index) {
    try {
        (*task)(index);
    } catch (...) {
        std::lock_guard<std::mutex> lock(mutex);
        if (!error)
            error = std::current_exception();
    }
}

void team::loop(int index) {
    uint64_t seen = 0;
    while (true) {
        {
            std::unique_lock<std::mutex> lock(mutex);
            wake.wait(lock, [&] { return stopping || round != seen; });
            if (stopping)
                return;
            seen = round;
        }
        call(index);
        std::lock_guard<std::mutex> lock(mutex);
        if (--pending == 0)
            finished.notify_one();
    }
}

void team::run(const std::function<void(int)> & work) {
    task = &work;
    {
        std::lock_guard<std::mutex> lock(mutex);
        pending = (int) threads.size();
        error = nullptr;
        round++;
    }
    wake.notify_all();
    call(0);
    std::unique_lock<std::mutex> lock(mutex);
    finished.wait(lock, [&] { return pending == 0; });
    if (error)
        std::rethrow_exception(error);
}

} // namespace train
