// The files of a split model, named as llama.cpp does: name-00001-of-00003.gguf
#pragma once

#include <cstdint>
#include <string>
#include <vector>

// The place of "00001" in the path, or npos.
size_t split_number(const std::string & path);

// The same name with another number, from 1. The path has one.
std::string split_file(const std::string & path, int64_t number);

// Those that lie there, of the first file's path; else the path alone.
std::vector<std::string> split_files(const std::string & path);
