// SIGINT, SIGTERM and SIGHUP as a flag that loops look at; a second signal ends the process at once.
#pragma once

void watch_interrupts();
bool interrupted();
