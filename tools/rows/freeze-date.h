// Today's date in chat templates, frozen: else a prompt, and with it a trace or a row, differs by the day.
#pragma once

#include <cstdint>
#include <map>
#include <string>

// Noon of a day, YYYY-MM-DD, as seconds since 1970 in this machine's time zone. Throws bad_input.
int64_t seconds_of(const std::string & date);

// The template with each strftime_now("...") written out for that time, and those of other formats answered by a macro.
std::string freeze_date(const std::string & text, int64_t seconds);

// The variables by which llama.cpp tells every template the day of its clock: date_string and datetime.
std::map<std::string, std::string> date_variables(int64_t seconds);
