#include "freeze-date.h"

#include "bad-input.h"

#include <cstdio>
#include <ctime>

int64_t seconds_of(const std::string & date) {
    int year = 0, month = 0, day = 0;
    char rest = 0;
    std::tm time = {};
    if (std::sscanf(date.c_str(), "%4d-%2d-%2d%c", &year, &month, &day, &rest) == 3) {
        time.tm_year = year - 1900;
        time.tm_mon = month - 1;
        time.tm_mday = day;
        time.tm_hour = 12;
        time.tm_isdst = -1;
        std::tm normal = time;
        const std::time_t seconds = std::mktime(&normal);
        if (seconds >= 0 && normal.tm_mon == time.tm_mon && normal.tm_mday == time.tm_mday) {
            return (int64_t) seconds;
        }
    }
    throw bad_input("--date wants a day from 1970 on, such as 2026-11-30, not \"" + date + "\"");
}

static std::string formatted(const std::tm & parts, const std::string & format) {
    char buffer[256];
    return {buffer, std::strftime(buffer, sizeof(buffer), format.c_str(), &parts)};
}

static std::tm parts_of(int64_t seconds) {
    const std::time_t time = (std::time_t) seconds;
    return *std::localtime(&time);
}

// For formats that the template works out itself: a macro that knows these codes
static std::string day_macro(const std::tm & parts) {
    std::string body = "format";
    for (const char * code :
         {"%-d", "%-m", "%Y", "%m", "%d", "%B", "%b", "%A", "%a", "%y", "%e", "%j", "%F", "%H", "%M", "%S", "%I", "%p"}) {
        body += std::string(" | replace(\"") + code + "\", \"" + formatted(parts, code) + "\")";
    }
    return "{% macro whetstone_day(format) %}{{ " + body +
           " }}{% endmacro %}{{ '' }}"; // the last, for a template that begins with a newline
}

std::string freeze_date(const std::string & text, int64_t seconds) {
    static const std::string call = "strftime_now(";
    const std::tm parts = parts_of(seconds);
    std::string frozen;
    size_t at = 0;
    bool asks = false;
    for (size_t found; (found = text.find(call, at)) != std::string::npos;) {
        const size_t quote = text.find_first_not_of(" ", found + call.size());
        const bool quoted = quote != std::string::npos && (text[quote] == '"' || text[quote] == '\'');
        const size_t closing = quoted ? text.find(text[quote], quote + 1) : std::string::npos;
        const size_t end = closing == std::string::npos ? closing : text.find_first_not_of(" ", closing + 1);
        frozen.append(text, at, found - at);
        if (end == std::string::npos || text[end] != ')') {
            frozen += "whetstone_day(";
            asks = true;
            at = found + call.size();
            continue;
        }
        frozen += text[quote] + formatted(parts, text.substr(quote + 1, closing - quote - 1)) + text[quote];
        at = end + 1;
    }
    frozen.append(text, at, std::string::npos);
    return asks ? day_macro(parts) + frozen : frozen;
}

std::map<std::string, std::string> date_variables(int64_t seconds) {
    const std::tm parts = parts_of(seconds);
    return {{"date_string", formatted(parts, "%d %b %Y")}, {"datetime", formatted(parts, "%b %d %Y")}};
}
