// A command line as a table: names, value, help. Gives --help and --version, and an error that lists the known flags.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

class arguments {
  public:
    // tool: its name; synopsis: one example line without the tool's name; about: what it does, a few lines.
    arguments(std::string tool, std::string synopsis, std::string about);

    // names: "-m, --model". The target holds the default, which --help prints. A vector takes repeated flags.
    void flag(const char * names, bool & target, const char * help);
    void value(const char * names, const char * placeholder, std::string & target, const char * help);
    void value(const char * names, const char * placeholder, std::vector<std::string> & target, const char * help);
    void output(const char * names, const char * placeholder, std::string & target, const char * help); // a file that is written
    void value(const char * names, const char * placeholder, int32_t & target, const char * help);
    void value(const char * names, const char * placeholder, uint32_t & target, const char * help);
    void value(const char * names, const char * placeholder, float & target, const char * help);
    void value(const char * names, const char * placeholder, double & target, const char * help);

    // Reads argv[1..]; --help and --version print and exit(0). Throws bad_input, also where what is written (output) is
    // a file that another flag names (a placeholder FILE). `--flag value` and `--flag=value` are the same.
    void parse(int argc, char ** argv) const;

    // Throws bad_input when the value of a required flag is empty.
    void require(const char * name, const std::string & value) const;

  private:
    struct entry {
        std::vector<std::string> names;
        std::string placeholder; // empty: a flag without a value
        std::string help;
        std::string initial;
        bool written;
        std::function<void(const std::string & name, const std::string & text)> set;
    };

    void add(const char * names, const char * placeholder, const std::string & initial, const char * help,
             std::function<void(const std::string &, const std::string &)> set);
    void print_help() const;

    std::string tool;
    std::string synopsis;
    std::string about;
    std::vector<entry> entries;
};
