// What nearly every unit of ours reads from the standard library and llama.cpp. tools:build parses it once and includes it in all of them;
// each file still names what it uses.
#include "gguf.h"
#include "json.h"
#include "llama-cpp.h"
#include "llama.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <exception>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>
