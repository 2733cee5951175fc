// What a tool writes must be none of the files it reads, and no two results one file: it would be lost without a word.
#pragma once

#include <string>
#include <vector>

struct named_file {
    std::string flag; // as the user gave it
    std::string path;
    bool written;
};

// By real path, and by the file itself where it exists (links of both kinds); of a split model all its files. "-", devices and pipes are
// no files in this sense. Throws bad_input.
void check_distinct(const std::vector<named_file> & files);
