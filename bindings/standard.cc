#include "bindings/standard.h"

#include "bindings/service/service_binding.h"
#include "bindings/vars/vars.h"
#include "runtime/worker/binding.h"

namespace isolane::bindings {

void RegisterStandardBindings() {
  worker::RegisterBindingKind(VarsKind());
  worker::RegisterBindingKind(ServiceKind());
}

}  // namespace isolane::bindings
