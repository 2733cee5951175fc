#include "arguments.h"

#include "bad-input.h"
#include "distinct-files.h"
#include "llama.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <sstream>

arguments::arguments(std::string tool, std::string synopsis, std::string about) :
    tool(std::move(tool)), synopsis(std::move(synopsis)), about(std::move(about)) {}

static std::vector<std::string> split_names(const std::string & names) {
    std::vector<std::string> result;
    std::stringstream stream(names);
    for (std::string name; std::getline(stream, name, ',');) {
        name.erase(0, name.find_first_not_of(' '));
        result.push_back(name);
    }
    return result;
}

static double to_number(const std::string & name, const std::string & text) {
    char * end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    const bool hexadecimal = text.find_first_of("xX") != std::string::npos;
    if (text.empty() || hexadecimal || *end != '\0' || !std::isfinite(number)) {
        throw bad_input(name + " wants a number, not \"" + text + "\"");
    }
    return number;
}

static double to_integer(const std::string & name, const std::string & text, double low, double high) {
    const double number = to_number(name, text);
    if (number != std::floor(number) || number < low || number > high) {
        std::ostringstream range;
        range.precision(12);
        range << name << " wants a whole number from " << low << " to " << high << ", not \"" << text << "\"";
        throw bad_input(range.str());
    }
    return number;
}

static std::string show(double number) {
    std::ostringstream text;
    text << number;
    return text.str();
}

void arguments::add(const char * names, const char * placeholder, const std::string & initial, const char * help,
                    std::function<void(const std::string &, const std::string &)> set) {
    entries.push_back({split_names(names), placeholder, help, initial, false, std::move(set)});
}

void arguments::flag(const char * names, bool & target, const char * help) {
    add(names, "", "", help, [&target](const std::string &, const std::string &) { target = true; });
}

void arguments::value(const char * names, const char * placeholder, std::string & target, const char * help) {
    const std::string choices = placeholder;
    const bool chosen = choices.find('|') != std::string::npos &&
                        std::none_of(choices.begin(), choices.end(), [](unsigned char c) { return std::isupper(c); });
    add(names, placeholder, target, help, [&target, choices, chosen](const std::string & name, const std::string & text) {
        if (chosen && (text.empty() || ("|" + choices + "|").find("|" + text + "|") == std::string::npos)) {
            throw bad_input(name + " is one of " + choices + ", not \"" + text + "\"");
        }
        target = text;
    });
}

void arguments::output(const char * names, const char * placeholder, std::string & target, const char * help) {
    value(names, placeholder, target, help);
    entries.back().written = true;
}

void arguments::value(const char * names, const char * placeholder, std::vector<std::string> & target, const char * help) {
    add(names, placeholder, "", help, [&target](const std::string &, const std::string & text) { target.push_back(text); });
}

void arguments::value(const char * names, const char * placeholder, int32_t & target, const char * help) {
    add(names, placeholder, show(target), help, [&target](const std::string & name, const std::string & text) {
        target = (int32_t) to_integer(name, text, -2147483648.0, 2147483647.0);
    });
}

void arguments::value(const char * names, const char * placeholder, uint32_t & target, const char * help) {
    add(names, placeholder, show(target), help, [&target](const std::string & name, const std::string & text) {
        target = (uint32_t) to_integer(name, text, 0.0, 4294967294.0); // the last value means "random" to llama.cpp's samplers
    });
}

void arguments::value(const char * names, const char * placeholder, float & target, const char * help) {
    add(names, placeholder, show(target), help,
        [&target](const std::string & name, const std::string & text) { target = (float) to_number(name, text); });
}

void arguments::value(const char * names, const char * placeholder, double & target, const char * help) {
    add(names, placeholder, show(target), help,
        [&target](const std::string & name, const std::string & text) { target = to_number(name, text); });
}

void arguments::require(const char * name, const std::string & value) const {
    if (value.empty()) {
        throw bad_input(std::string(name) + " is missing, usage: " + tool + " " + synopsis);
    }
}

void arguments::print_help() const {
    std::printf("%s\n\nusage: %s %s\n\n", about.c_str(), tool.c_str(), synopsis.c_str());
    for (const entry & e : entries) {
        std::string left = "  ";
        for (size_t i = 0; i < e.names.size(); i++) {
            left += (i ? ", " : "") + e.names[i];
        }
        left += e.placeholder.empty() ? "" : " " + e.placeholder;
        const std::string initial = e.initial.empty() ? "" : " (default: " + e.initial + ")";
        std::printf(left.size() < 34 ? "%-34s%s%s\n" : "%s\n                                  %s%s\n", left.c_str(), e.help.c_str(),
                    initial.c_str());
    }
    std::printf("  %-32s%s\n  %-32s%s\n", "-h, --help", "this text", "--version", "version of the tool and of llama.cpp");
}

void arguments::parse(int argc, char ** argv) const {
    std::vector<named_file> files;
    for (int i = 1; i < argc; i++) {
        std::string name = argv[i];
        if (name == "-h" || name == "--help") {
            print_help();
            std::exit(0);
        }
        if (name == "--version") {
            std::printf("%s %s (llama.cpp %s)\n", tool.c_str(), WHETSTONE_VERSION, llama_version());
            std::exit(0);
        }
        std::string text;
        const size_t equals = name.rfind("--", 0) == 0 ? name.find('=') : std::string::npos;
        const bool joined = equals != std::string::npos;
        if (joined) {
            text = name.substr(equals + 1);
            name.resize(equals);
        }
        const auto found = std::find_if(entries.begin(), entries.end(),
                                        [&](const entry & e) { return std::find(e.names.begin(), e.names.end(), name) != e.names.end(); });
        if (found == entries.end()) {
            std::string known;
            for (const entry & e : entries) {
                known += " " + e.names.back();
            }
            throw bad_input("unknown flag " + name + ", known:" + known);
        }
        if (found->placeholder.empty()) {
            if (joined) {
                throw bad_input(name + " takes no value");
            }
        } else if (!joined) {
            if (i + 1 == argc) {
                throw bad_input(name + " wants a value: " + name + " " + found->placeholder);
            }
            text = argv[++i];
        }
        found->set(name, text);
        if (found->placeholder.rfind("FILE", 0) == 0) {
            files.push_back({name, text, found->written});
        }
    }
    check_distinct(files);
}
