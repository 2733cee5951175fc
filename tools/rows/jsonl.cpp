#include "jsonl.h"

#include "bad-input.h"
#include "interrupted.h"
#include "nesting.h"

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include <sys/stat.h>

jsonl_reader::jsonl_reader(const std::string & path) : file(path == "-" ? "stdin" : path) {
    stream = path == "-" ? stdin : std::fopen(path.c_str(), "rb");
    if (!stream) {
        throw bad_input(path + ": cannot read: " + std::strerror(errno));
    }
    struct stat info;
    if (fstat(fileno(stream), &info) == 0 && S_ISDIR(info.st_mode)) {
        std::fclose(stream);
        throw bad_input(path + ": is a directory, name a JSONL file");
    }
}

jsonl_reader::~jsonl_reader() {
    std::free(buffer);
    if (stream != stdin) {
        std::fclose(stream);
    }
}

jsonl_reader::result jsonl_reader::next(json_row & row) {
    ssize_t length = getline(&buffer, &capacity, stream);
    if (length < 0) {
        if (std::ferror(stream) && !interrupted()) {
            throw bad_row(file, line_number + 1, std::string("cannot read: ") + std::strerror(errno));
        }
        return result::end;
    }
    line_number++;
    while (length > 0 && std::strchr(" \t\r\n", buffer[length - 1])) {
        length--;
    }
    if (length == 0) {
        return result::blank;
    }
    const std::string text(buffer, (size_t) length);
    if (json_depth(text) > deepest_nesting) {
        throw bad_row(file, line_number, "nested deeper than " + std::to_string(deepest_nesting) + " levels, mend or remove the line");
    }
    try {
        row.json = common_json::parse(text);
    } catch (const std::exception & e) {
        // the parser's text names a position within the line: "... at line 1, column 17: ..."
        std::string what = e.what();
        const size_t at = what.find("column");
        throw bad_row(file, line_number,
                      "not valid JSON" + (at == std::string::npos ? "" : " (" + what.substr(at) + ")") + ", mend or remove the line");
    }
    if (!row.json.is_object()) {
        throw bad_row(file, line_number, "a row must be a JSON object, mend or remove the line");
    }
    row.file = file;
    row.line = line_number;
    return result::row;
}

std::vector<json_row> read_rows(const std::string & path) {
    jsonl_reader reader(path);
    std::vector<json_row> rows;
    json_row row;
    for (jsonl_reader::result got; (got = reader.next(row)) != jsonl_reader::result::end;) {
        if (got == jsonl_reader::result::row) {
            rows.push_back(row);
        }
    }
    if (rows.empty()) {
        throw bad_input(reader.name() + ": no rows, nothing to do");
    }
    return rows;
}

bool row_has(const json_row & row, const char * key) {
    return row.json.contains(key) && !row.json.at(key).is_null();
}

std::string refused_line(const json_row & row, size_t number, const std::string & what) {
    const std::string id = row_has(row, "id") ? row.json.at("id").dump_safe() : std::to_string(number);
    return "{\"id\":" + id + ",\"error\":" + common_json::make(what).dump_safe() + "}\n";
}

static bad_input wrong_type(const json_row & row, const char * key, const std::string & wanted) {
    return bad_row(row.file, row.line, "\"" + std::string(key) + "\" must be " + wanted);
}

std::string row_string(const json_row & row, const char * key) {
    if (!row_has(row, key)) {
        throw bad_row(row.file, row.line, "\"" + std::string(key) + "\" is missing, it must be a string");
    }
    return row_string_or(row, key, "");
}

std::string row_string_or(const json_row & row, const char * key, const std::string & fallback) {
    if (!row_has(row, key)) {
        return fallback;
    }
    const common_json & value = row.json.at(key);
    if (!value.is_string()) {
        throw wrong_type(row, key, "a string");
    }
    return value.get<std::string>();
}

double row_number_or(const json_row & row, const char * key, double fallback) {
    if (!row_has(row, key)) {
        return fallback;
    }
    const common_json & value = row.json.at(key);
    if (!value.is_number()) {
        throw wrong_type(row, key, "a number");
    }
    return value.get<double>();
}

int64_t row_integer_or(const json_row & row, const char * key, int64_t fallback, int64_t low, int64_t high) {
    if (!row_has(row, key)) {
        return fallback;
    }
    const double value = row_number_or(row, key, 0);
    if (value != std::floor(value) || value < (double) low || value > (double) high) {
        throw wrong_type(row, key, "a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    }
    return (int64_t) value;
}
