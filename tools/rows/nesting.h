// How deep brackets lie in one another: parsers recurse, and end the process where the stack ends.
#pragma once

#include <cstddef>
#include <string>

constexpr size_t deepest_nesting = 256; // of rows, descriptions and grammars: schemas in use stay below 30

// Of a JSON text: objects and arrays, whatever stands in its strings.
size_t json_depth(const std::string & text);

// Of a GBNF grammar: groups, whatever stands in its literals, character classes and comments.
size_t grammar_depth(const std::string & text);
