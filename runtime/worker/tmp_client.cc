#include "runtime/http/client.h"
namespace isolane::http {
__attribute__((weak)) std::unique_ptr<Client> Client::Create(uv_loop_s*, void (*)(void*), void*) { return nullptr; }
}
