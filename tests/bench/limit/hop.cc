// The least a call from one V8 isolate into another must cost on one thread. A Node addon, so that
// it needs no V8 of its own: node -e "require('./build/hop.node')" prints one line per kind of
// call.
#include <node.h>
#include <uv.h>

#include <algorithm>
#include <cstdio>
#include <string>

using namespace v8;

struct Worker {
  Isolate* isolate;
  Global<Context> context;
  Global<Function> fetch;
  Worker* target = nullptr;
};

static Local<String> str(Isolate* i, const char* s, int n = -1) {
  return String::NewFromUtf8(i, s, NewStringType::kNormal, n).ToLocalChecked();
}

// env.B.fetch(url): enter the target's isolate, call its async handler there, run its microtasks,
// copy its answer out, and resolve the caller's promise.
static void bindingFetch(const FunctionCallbackInfo<Value>& info) {
  Isolate* caller = info.GetIsolate();
  Worker* target = static_cast<Worker*>(caller->GetData(3));
  Local<Context> context = caller->GetCurrentContext();
  Local<Promise::Resolver> resolver = Promise::Resolver::New(context).ToLocalChecked();
  String::Utf8Value url(caller, info[0]);
  std::string answer;
  {
    Isolate* i = target->isolate;
    Isolate::Scope enter(i);
    HandleScope handles(i);
    Local<Context> c = target->context.Get(i);
    Context::Scope scope(c);
    Local<Value> argument = str(i, *url, url.length());
    Local<Value> r = target->fetch.Get(i)->Call(c, Undefined(i), 1, &argument).ToLocalChecked();
    i->PerformMicrotaskCheckpoint();
    String::Utf8Value text(i, r.As<Promise>()->Result());
    answer.assign(*text, text.length());
  }
  resolver->Resolve(context, str(caller, answer.data(), answer.size())).Check();
  info.GetReturnValue().Set(resolver->GetPromise());
}

static Worker* make(node::MultiIsolatePlatform* platform, Worker* target, const char* source) {
  // Not node::NewIsolate: that starts from Node's own, larger snapshot.
  Isolate* i = Isolate::Allocate();
  platform->RegisterIsolate(i, uv_default_loop());
  Isolate::CreateParams params;
  params.array_buffer_allocator = node::CreateArrayBufferAllocator();
  Isolate::Initialize(i, params);
  i->SetMicrotasksPolicy(MicrotasksPolicy::kExplicit);
  i->SetData(3, target);
  Isolate::Scope enter(i);
  HandleScope handles(i);
  Local<Context> c = Context::New(i);
  Context::Scope scope(c);
  c->Global()->Set(c, str(i, "fetchB"), Function::New(c, bindingFetch).ToLocalChecked()).Check();
  Worker* w = new Worker{i};
  w->context.Reset(i, c);
  w->fetch.Reset(
      i,
      Script::Compile(c, str(i, source)).ToLocalChecked()->Run(c).ToLocalChecked().As<Function>());
  return w;
}

static void measure(const char* what, Worker* w, int calls) {
  double best[5];
  for (double& b : best) {
    uint64_t began = uv_hrtime();
    for (int n = 0; n < 200000 / calls; n++) {
      Isolate* i = w->isolate;
      Isolate::Scope enter(i);
      HandleScope handles(i);
      Local<Context> c = w->context.Get(i);
      Context::Scope scope(c);
      Local<Value> url = str(i, "http://b/ok");
      w->fetch.Get(i)->Call(c, Undefined(i), 1, &url).ToLocalChecked();
      i->PerformMicrotaskCheckpoint();
    }
    b = (uv_hrtime() - began) / 1e3 / (200000 / calls) / calls;
  }
  std::sort(best, best + 5);
  printf("%-55s %.3f µs (%.3f to %.3f)\n", what, best[2], best[0], best[4]);
}

static long residentKiB() {
  long pages = 0;
  FILE* f = fopen("/proc/self/statm", "r");
  if (fscanf(f, "%*d %ld", &pages) != 1) pages = 0;
  fclose(f);
  return pages * 4;
}

NODE_MODULE_INIT() {
  node::MultiIsolatePlatform* p =
      node::GetMultiIsolatePlatform(node::GetCurrentEnvironment(context));
  Isolate* outer = Isolate::GetCurrent();
  outer->Exit();
  Worker* b = make(p, nullptr, "(async (url) => url.endsWith('ok') ? 'ok' : 'no')");
  Worker* object = make(
      p, nullptr,
      "class Req { constructor(u) { this.url = u; this.headers = new Map([['host', 'b']]); } }"
      "class Res { constructor(b) { this.body = b; this.status = 200; this.headers = new Map(); } }"
      "const h = { async fetch(r) { return new Res(new URL2(r.url).ok ? 'ok' : 'no'); } };"
      "function URL2(u) { this.ok = u.endsWith('ok'); }"
      "(async (url) => (await h.fetch(new Req(url))).body)");
  long before = residentKiB();
  uint64_t began = uv_hrtime();
  for (int n = 0; n < 100; n++)
    make(p, nullptr, "(async (url) => url.endsWith('ok') ? 'ok' : 'no')");
  double each = (uv_hrtime() - began) / 1e6 / 100;
  printf("%-55s %.2f ms, %ld KiB resident\n", "an isolate with a context", each,
         (residentKiB() - before) / 100);
  measure("enter an isolate, call an async function", b, 1);
  measure("1000 sequential cross-isolate calls",
          make(p, b, "(async (url) => { for (let i = 0; i < 1000; i++) await fetchB(url); })"),
          1000);
  measure("the same, with Request and Response objects in JS",
          make(p, object, "(async (url) => { for (let i = 0; i < 1000; i++) await fetchB(url); })"),
          1000);
  outer->Enter();
  fflush(stdout);
  _Exit(0);
}
