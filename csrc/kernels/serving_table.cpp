// The serving layers of one instruction set.
#include "serving.hpp"

namespace trinity {
namespace TRINITY_ISA {

extern const ServingKernels serving_table;
const ServingKernels serving_table = {attention_layer, experts_layer, linear_layer};

}  // namespace TRINITY_ISA
}  // namespace trinity
