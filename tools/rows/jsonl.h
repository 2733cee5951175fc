// Rows of a JSONL file or of stdin, each with the line it came from.
#pragma once

#include "json.h"

#include <cstdio>
#include <string>
#include <vector>

struct json_row {
    common_json json; // always an object
    std::string file; // as the user named it; "stdin" for "-"
    size_t line;      // from 1
};

class jsonl_reader {
  public:
    // path "-" reads stdin. Throws bad_input when the file cannot be opened.
    explicit jsonl_reader(const std::string & path);
    ~jsonl_reader();
    jsonl_reader(const jsonl_reader &) = delete;
    jsonl_reader & operator=(const jsonl_reader &) = delete;

    enum class result { row, blank, end };

    // The next line. A line that is no JSON object throws bad_input with file and line.
    result next(json_row & row);

    const std::string & name() const { return file; }
    size_t line() const { return line_number; }

  private:
    std::string file;
    std::FILE * stream;
    size_t line_number = 0;
    char * buffer = nullptr;
    size_t capacity = 0;
};

// All rows of a file, blank lines skipped. Throws bad_input when there is none.
std::vector<json_row> read_rows(const std::string & path);

// {"id", "error"} for a row that is left out. number: its place, for a row without an id.
std::string refused_line(const json_row & row, size_t number, const std::string & what);

// Typed fields; a wrong type throws bad_input with file, line and key. The _or forms give the fallback when the key is absent or null.
std::string row_string(const json_row & row, const char * key);
std::string row_string_or(const json_row & row, const char * key, const std::string & fallback);
double row_number_or(const json_row & row, const char * key, double fallback);
int64_t row_integer_or(const json_row & row, const char * key, int64_t fallback, int64_t low, int64_t high);
bool row_has(const json_row & row, const char * key);
