// The frame of every tool's main(): locale, signal flag, and errors as one line on stderr.
#pragma once

#include <functional>
#include <string>

// Runs body and returns the exit code: what body returned, 1 after an exception (one line on stderr), 130 when body returned 0 but was
// interrupted.
int run_tool(const char * name, int argc, char ** argv, const std::function<int(int, char **)> & body);

// The name given to run_tool.
const char * tool_name();

// What the user should know of, though nothing failed: a line on stderr, once for each text.
void note(const std::string & text);
