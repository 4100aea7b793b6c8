// What the binding files share.
#pragma once

#include <nanobind/nanobind.h>

#include "kernels.hpp"

const trinity::Kernels* active_kernels();  // the table in use
void bind_serving(nanobind::module_& module);
void bind_dense(nanobind::module_& module);
