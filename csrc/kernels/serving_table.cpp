// The serving layers of one instruction set.
#include "experts_layer.hpp"
#include "grouped_attention.hpp"
#include "latent_attention.hpp"
#include "mlp.hpp"
#include "sampling.hpp"

namespace trinity {
namespace TRINITY_ISA {

extern const ServingKernels serving_table;
const ServingKernels serving_table = {attention_layer, experts_layer, linear_layer,
                                      grouped_attention_layer, mlp_layer, choose_tokens};

}  // namespace TRINITY_ISA
}  // namespace trinity
