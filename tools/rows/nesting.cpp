#include "nesting.h"

#include <algorithm>
#include <cstring>

// The place behind what ends with `end`, from its beginning on; a backslash takes the next character with it.
static size_t behind(const std::string & text, size_t at, char end) {
    for (at++; at < text.size() && text[at] != end; at++) {
        at += text[at] == '\\';
    }
    return at;
}

static size_t depth_of(const std::string & text, const char * open, const char * close, const char * quotes) {
    size_t depth = 0, deepest = 0;
    for (size_t at = 0; at < text.size(); at++) {
        const char c = text[at];
        const char * quote = c ? std::strchr(quotes, c) : nullptr;
        if (quote) {
            at = behind(text, at, c == '[' ? ']' : c == '#' ? '\n' : c);
        } else if (c && std::strchr(open, c)) {
            deepest = std::max(deepest, ++depth);
        } else if (c && std::strchr(close, c) && depth > 0) {
            depth--;
        }
    }
    return deepest;
}

size_t json_depth(const std::string & text) {
    return depth_of(text, "[{", "]}", "\"");
}

size_t grammar_depth(const std::string & text) {
    return depth_of(text, "(", ")", "\"[#");
}
