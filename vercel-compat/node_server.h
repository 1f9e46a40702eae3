// What runs a server of a Node framework as a service: a program for `node -e`.
//
// Thread: any.
#pragma once

#include <string_view>

namespace isolane::vercel {

// CommonJS; its argument is the absolute path of the entry. Whatever the entry does, there is one
// server, on 127.0.0.1 and the port in PORT: the first one that it makes listen, or one made for
// what it exports (an application of Express or Koa, a function of request and response, or
// handlers with fetch or the names of methods).
std::string_view NodeServerProgram();

}  // namespace isolane::vercel
