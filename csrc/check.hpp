// What the checks of the kernels share.
#pragma once

#include <functional>
#include <string>
#include <vector>

using Results = std::vector<double>;

extern std::string where;  // table, format and kernel, for messages

void expect(bool holds, const std::string& what);

// Runs on one thread and on more; results must be finite and the same.
void check(const std::function<Results()>& kernel);

// All serving layers of a table.
void check_serving(const char* name);
