#include "wrangler-compat/module_exports.h"

#include <doctest/doctest.h>

namespace isolane::wrangler {
namespace {

// "default, Admin:WorkerEntrypoint"; "..." when there may be more.
std::string Exports(std::string_view source) {
  const ModuleExports exports = ScanExports(source);
  std::string text;
  for (const ModuleExport& one : exports.names) {
    text += (text.empty() ? "" : ", ") + one.name + (one.base.empty() ? "" : ":" + one.base);
  }
  return exports.complete ? text : text + "...";
}

TEST_SUITE("wrangler-compat/module_exports") {
  TEST_CASE("exports of a module") {
    SUBCASE("are declarations") {
      CHECK(Exports("export const a = 1; export let b; export var c = { export: 1 };") ==
            "a, b, c");
      CHECK(
          Exports("export function f() {} export async function g() {} export function* h() {}") ==
          "f, g, h");
      CHECK(Exports("export class A {} export abstract class B {} export class C extends D {}") ==
            "A, B, C:D");
    }
    SUBCASE("are the default, whatever it is") {
      CHECK(Exports("export default { fetch() {} };") == "default");
      CHECK(Exports("export default function () {}") == "default");
      CHECK(Exports("export default class extends WorkerEntrypoint {}") ==
            "default:WorkerEntrypoint");
      CHECK(Exports("export default class W extends WorkerEntrypoint<Env> {}") ==
            "default:WorkerEntrypoint");
      CHECK(Exports("class W extends WorkerEntrypoint {}\nexport default W;") ==
            "default:WorkerEntrypoint");
      CHECK(Exports("export default class W {}") == "default");
    }
    SUBCASE("are lists") {
      CHECK(Exports("class A extends B {} const c = 1; export { A, c as d };") == "A:B, d");
      CHECK(Exports("export { a as default, b } from './other.js';") == "default, b");
      CHECK(Exports("class A extends B {} export { A } from './other.js';") == "A");
    }
    SUBCASE("may be more than can be seen") {
      CHECK(Exports("export * from './a'; export const b = 1;") == "b...");
      CHECK(Exports("export * as all from './a';") == "all");
    }
    SUBCASE("are no types") {
      CHECK(Exports("export type A = 1; export interface B {} export declare const c: 1;"
                    "export { type D, type E as F, g };") == "g");
      CHECK(Exports("export default interface X {}").empty());
    }
  }

  TEST_CASE("the class that an export extends") {
    SUBCASE("goes by the name it has where it comes from") {
      CHECK(Exports("import { WorkerEntrypoint as W, env } from 'cloudflare:workers';"
                    "export class A extends W {}") == "A:WorkerEntrypoint");
      CHECK(Exports("import * as cf from 'cloudflare:workers';"
                    "export class A extends cf.DurableObject<Env> {}") == "A:DurableObject");
    }
    SUBCASE("is seen in what bundlers write") {
      CHECK(Exports("var Admin = class extends WorkerEntrypoint { static { f(this); } };\n"
                    "var Room = class _Room extends DurableObject {};\n"
                    "export { Admin, Room, src_default as default };") ==
            "Admin:WorkerEntrypoint, Room:DurableObject, default");
    }
    SUBCASE("is seen behind type parameters") {
      CHECK(Exports("export class A<T extends { x: 1 }, U> extends Base<T> implements I {}") ==
            "A:Base");
    }
  }

  TEST_CASE("nothing else looks like an export") {
    CHECK(Exports("// export const a = 1\n/* export const b = 1 */").empty());
    CHECK(Exports("const s = 'export const a = 1'; const t = `export const b = ${\"}`\"} x`;")
              .empty());
    CHECK(Exports("const r = /[/'\"`]export/; export const a = b / c; export const d = 1 / 2;") ==
          "a, d");
    CHECK(Exports("f(/`/); export const a = 1;") == "a");
    CHECK(Exports("module.export = 1; x.export.default = 2; ({ export: 1 });").empty());
    CHECK(Exports("{ export const a = 1 }").empty());
    CHECK(Exports("const t = `a${ { b: `c${d}` } }`; export { t };") == "t");
  }

  TEST_CASE("broken text ends") {
    for (const char* text :
         {"export", "export {", "export { a as", "export default", "`${", "'", "/*", "export class",
          "class A extends", "import { a as", "}}}", "/["}) {
      CAPTURE(text);
      CHECK(ScanExports(text).names.size() <= 1);
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
