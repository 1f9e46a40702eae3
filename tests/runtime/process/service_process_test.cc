#include "runtime/process/service_process.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

#include "runtime/loop/loop.h"
#include "runtime/process/port_band.h"
#include "tests/support/step_until.h"

namespace isolane::process {
namespace {

using State = ServiceProcess::State;

// A program that listens on $PORT, and what it is told to do beside that, in python.
std::string Server(const std::string& before = "", const std::string& after = "") {
  return "exec python3 -uc '\nimport os, socket, sys, time, signal, subprocess\n" + before +
         "\ns = socket.create_server((\"127.0.0.1\", int(os.environ[\"PORT\"])))\n" + after +
         "\nwhile True:\n  c, a = s.accept(); c.close()\n'";
}

bool Alive(int pid) {
  // A zombie is nobody: whoever is to reap it may be slow.
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  if (!std::getline(file, text)) return false;
  return text.substr(text.rfind(')') + 2, 1) != "Z";
}

bool HasIpv6Loopback() {
  const int file = socket(AF_INET6, SOCK_STREAM, 0);
  if (file < 0) return false;
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  const bool bound = bind(file, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  close(file);
  return bound;
}

class Fixture final : public ServiceProcess::Listener {
 public:
  explicit Fixture(const std::string& command, ProcessTimes times = {.probe_ms = 5}) {
    REQUIRE(band_.Claim().ok());
    ServiceProcess::Options options;
    options.name = "api";
    options.command = command;
    auto port = band_.Take();
    REQUIRE(port.ok());
    options.port = *port;
    options.environment = {"PORT=" + std::to_string(options.port),
                           std::string("PATH=") + getenv("PATH"),
                           std::string("HOME=") + getenv("HOME")};
    options.times = times;
    process_ = std::make_unique<ServiceProcess>(loop_.uv(), options, *this);
  }
  ~Fixture() {
    process_.reset();
    loop_.RunClosing();
    CHECK(loop_.IsEmpty());
  }

  template <typename Condition>
  bool Until(Condition condition) {
    const auto step = [&] {
      loop_.RunOnce();
      usleep(1000);
    };
    return testing::StepUntil(step, condition);
  }
  bool UntilState(State state) {
    return Until([&] { return process_->state() == state; });
  }
  // How often it has been in that state, which may have been over at once.
  std::ptrdiff_t Times(State state) const {
    return std::count(states.begin(), states.end(), state);
  }
  // What stands after `mark` in a line that it has written.
  std::string Told(const std::string& mark) {
    for (const std::string& line : lines) {
      if (line.starts_with(mark)) return line.substr(mark.size());
    }
    return "";
  }

  void OnStateChange() override { states.push_back(process_->state()); }
  void OnLine(loop::ChildProcess::Output output, std::string_view line) override {
    lines.push_back((output == loop::ChildProcess::Output::kStderr ? "2:" : "1:") +
                    std::string(line));
  }
  void OnWarning(const std::string& text) override { warnings.push_back(text); }

  ServiceProcess& process() { return *process_; }
  ServiceProcess* operator->() { return process_.get(); }

  std::vector<State> states;
  std::vector<std::string> lines;
  std::vector<std::string> warnings;

 private:
  loop::Loop loop_;
  PortBand band_;
  std::unique_ptr<ServiceProcess> process_;
};

TEST_SUITE("runtime/process/service_process") {
  TEST_CASE("a service is up when its port is open") {
    Fixture service(Server());
    service->Start();
    REQUIRE(service.UntilState(State::kUp));
    CHECK(service->host() == "127.0.0.1");
    CHECK(service.states == std::vector<State>{State::kStarting, State::kUp});
    service->Stop();
    CHECK(service.UntilState(State::kStopped));
  }

  TEST_CASE("a service that listens on ::1 only is found") {
    if (!HasIpv6Loopback()) {
      MESSAGE("not tried: this machine has no ::1");
      return;
    }
    Fixture service(
        "exec python3 -uc '\nimport os, socket\n"
        "s = socket.create_server((\"::1\", int(os.environ[\"PORT\"])), family=socket.AF_INET6)\n"
        "while True:\n  c, a = s.accept(); c.close()\n'");
    service->Start();
    REQUIRE(service.UntilState(State::kUp));
    CHECK(service->host() == "[::1]");
  }

  TEST_CASE("lines of output are whole, of both outputs") {
    Fixture service("printf one; printf 'two\\r\\nthree\\n'; printf 'last' >&2; exit 0");
    service->Start();
    REQUIRE(service.UntilState(State::kFailed));
    CHECK(service.lines == std::vector<std::string>{"1:onetwo", "1:three", "2:last"});
  }

  TEST_CASE("a service that ends before it listens has failed") {
    SUBCASE("by an exit code") {
      Fixture service("exit 3");
      service->Start();
      REQUIRE(service.UntilState(State::kFailed));
      CHECK(service->failure() == "Service \"api\" exited with code 3 before port was available");
    }
    SUBCASE("by a signal") {
      Fixture service("kill -SEGV $$");
      service->Start();
      REQUIRE(service.UntilState(State::kFailed));
      CHECK(service->failure() ==
            "Service \"api\" was ended by signal 11 before port was available");
    }
    SUBCASE("by silence") {
      Fixture service("sleep 1000", {.probe_ms = 5, .start_ms = 100});
      service->Start();
      REQUIRE(service.UntilState(State::kFailed));
      CHECK(service->failure().ends_with("($PORT) within 100 ms"));
    }
  }

  TEST_CASE("a service that crashes is started again, later each time") {
    Fixture service(Server("", "print(\"pid\", os.getpid())"),
                    {.probe_ms = 5, .first_retry_ms = 1, .longest_retry_ms = 2});
    service->Start();
    REQUIRE(service.UntilState(State::kUp));
    for (int i = 0; i < 3; i++) {
      REQUIRE(service.Until([&] { return !service.Told("1:pid ").empty(); }));
      kill(std::stoi(service.Told("1:pid ")), SIGKILL);
      service.lines.clear();
      REQUIRE(service.Until([&] { return service.Times(State::kUp) == i + 2; }));
      CHECK(service.Times(State::kDown) == i + 1);
    }
    REQUIRE(service.warnings.size() == 3);
    CHECK(service.warnings[0] ==
          "Service \"api\" was ended by signal 9; it is started again in 1 ms.");
    CHECK(service.warnings[2] ==
          "Service \"api\" was ended by signal 9; it is started again in 2 ms.");
  }

  TEST_CASE("a service that ignores SIGTERM is killed") {
    Fixture service(
        Server("signal.signal(signal.SIGTERM, signal.SIG_IGN)", "print(\"pid\", os.getpid())"),
        {.probe_ms = 5, .grace_ms = 50});
    service->Start();
    REQUIRE(service.UntilState(State::kUp));
    REQUIRE(service.Until([&] { return !service.Told("1:pid ").empty(); }));
    service->Stop();
    REQUIRE(service.UntilState(State::kStopped));
    CHECK_FALSE(Alive(std::stoi(service.Told("1:pid "))));
  }

  TEST_CASE("nothing of a service is left") {
    // A grandchild in a session of its own, whose parent has gone.
    const std::string daemon =
        "subprocess.Popen([\"sh\", \"-c\", \"setsid sleep 1000 & echo pid $!\"]).wait()";
    SUBCASE("when it is stopped") {
      Fixture service(Server(daemon));
      service->Start();
      REQUIRE(service.UntilState(State::kUp));
      REQUIRE(service.Until([&] { return !service.Told("1:pid ").empty(); }));
      CHECK(Alive(std::stoi(service.Told("1:pid "))));
      service->Stop();
      REQUIRE(service.UntilState(State::kStopped));
      CHECK_FALSE(Alive(std::stoi(service.Told("1:pid "))));
    }
    SUBCASE("when it crashes") {
      Fixture service(Server(daemon, "os.kill(os.getpid(), 9)"),
                      {.probe_ms = 5, .first_retry_ms = 100'000});
      service->Start();
      REQUIRE(
          service.Until([&] { return service->pid() == 0 && !service.Told("1:pid ").empty(); }));
      CHECK_FALSE(Alive(std::stoi(service.Told("1:pid "))));
    }
    SUBCASE("when the guard is killed, of the service itself") {
      Fixture service(Server("", "print(\"pid\", os.getpid())"),
                      {.probe_ms = 5, .first_retry_ms = 100'000});
      service->Start();
      REQUIRE(service.UntilState(State::kUp));
      REQUIRE(service.Until([&] { return !service.Told("1:pid ").empty(); }));
      kill(service->pid(), SIGKILL);
      CHECK(service.Until([&] { return !Alive(std::stoi(service.Told("1:pid "))); }));
    }
  }

  TEST_CASE("the end of whoever started it ends a service") {
    // This process, forked: it starts a service, and is killed.
    int told[2];
    REQUIRE(pipe(told) == 0);
    const pid_t starter = fork();
    if (starter == 0) {
      alarm(60);  // only ends a test that failed
      Fixture service(
          Server("subprocess.Popen([\"sleep\", \"1000\"])", "print(\"pid\", os.getpid())"));
      service->Start();
      service.Until([&] { return !service.Told("1:pid ").empty(); });
      const std::string pid = service.Told("1:pid ") + "\n";
      (void)!write(told[1], pid.data(), pid.size());
      pause();
    }
    close(told[1]);
    char text[32] = {};
    REQUIRE_MESSAGE(read(told[0], text, sizeof text - 1) > 1, "the service has not started");
    const int pid = atoi(text);
    CHECK(Alive(pid));
    kill(starter, SIGKILL);
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (Alive(pid) && std::chrono::steady_clock::now() < limit) usleep(1000);
    CHECK_FALSE(Alive(pid));
    waitpid(starter, nullptr, 0);
    close(told[0]);
  }
}

}  // namespace
}  // namespace isolane::process
