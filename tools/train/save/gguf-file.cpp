#include "gguf-file.h"
#include "bad-input.h"
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace train {

void write_gguf(const gguf_context * file, const std::string & path, const std::function<void(const std::string &)> & check) {
    struct stat info;
    const bool in_place = stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode); // a rename would replace a device by a file
    const std::string temporary = in_place ? path : path + "." + std::to_string(getpid()) + ".tmp";
    errno = 0;
    FILE * stream = fopen(temporary.c_str(), "wb");
    bool good = stream != nullptr;
    if (good)
        good = gguf_write_to_file_ptr(file, stream, false);
    if (stream) {
        good = good && fflush(stream) == 0 && (in_place || fsync(fileno(stream)) == 0);
        good = fclose(stream) == 0 && good;
    }
    if (good && in_place)
        return;
    try {
        if (good && check)
            check(temporary);
    } catch (...) {
        remove(temporary.c_str());
        throw;
    }
    if (good && rename(temporary.c_str(), path.c_str()) == 0)
        return;
    const std::string why = strerror(errno ? errno : EIO);
    if (!in_place)
        remove(temporary.c_str());
    throw bad_input(path + ": cannot be written (" + why + "), make room or choose another place");
}

pending_file::pending_file(const gguf_context * file, std::string path) :
    path(std::move(path)), temporary(this->path + "." + std::to_string(getpid()) + ".tmp"), stream(fopen(temporary.c_str(), "wb")) {
    if (!stream || !gguf_write_to_file_ptr(file, stream, false) || fflush(stream) != 0)
        fail();
}

pending_file::~pending_file() {
    if (!stream)
        return;
    fclose(stream);
    remove(temporary.c_str());
}

void pending_file::keep() {
    if (fsync(fileno(stream)) != 0 || rename(temporary.c_str(), path.c_str()) != 0)
        fail();
    fclose(stream);
    stream = nullptr;
}

void pending_file::fail() {
    const std::string why = strerror(errno ? errno : EIO);
    if (stream)
        fclose(stream);
    stream = nullptr;
    remove(temporary.c_str());
    throw bad_input(path + ": cannot be written (" + why + "), make room or choose another place");
}

void check_room(const std::string & folder, int64_t bytes, const std::string & what) {
    std::error_code error;
    const std::filesystem::space_info space = std::filesystem::space(folder.empty() ? "." : folder, error);
    if (error || (int64_t) space.available >= bytes)
        return;
    throw bad_input(folder + ": " + std::to_string(space.available >> 20) + " MiB are free, but " + what + " take " +
                    std::to_string((bytes >> 20) + 1) + " MiB: make room or choose another place");
}

void check_writable(const std::string & path) {
    const size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, std::max<size_t>(1, slash));
    if (access(folder.c_str(), W_OK) == 0)
        return;
    throw bad_input(path + ": cannot be written (" + folder + ": " + strerror(errno) + "), make the folder or choose another place");
}

static const ggml_type writable[] = {GGML_TYPE_F32,  GGML_TYPE_F16,  GGML_TYPE_BF16, GGML_TYPE_Q8_0, GGML_TYPE_Q4_0,
                                     GGML_TYPE_Q4_1, GGML_TYPE_Q5_0, GGML_TYPE_Q5_1, GGML_TYPE_Q2_K, GGML_TYPE_Q3_K,
                                     GGML_TYPE_Q4_K, GGML_TYPE_Q5_K, GGML_TYPE_Q6_K};

ggml_type type_by_name(const std::string & name) {
    std::string known;
    for (ggml_type type : writable) {
        if (strcasecmp(name.c_str(), ggml_type_name(type)) == 0)
            return type;
        known += std::string(known.empty() ? "" : ", ") + ggml_type_name(type);
    }
    throw bad_input("no type \"" + name + "\" for --type. Types: " + known);
}

ggml_type storable_type(ggml_type wanted, int64_t row) {
    return row % ggml_blck_size(wanted) == 0 ? wanted : GGML_TYPE_F16;
}

} // namespace train
