// Where the certificates of the authorities are that the client trusts: SSL_CERT_FILE and
// SSL_CERT_DIR when they are set, else the places where systems keep them.
//
// Thread: any; plain data.
#pragma once

#include <string>
#include <vector>

namespace isolane::http {

struct CaSources {
  // What the operator named; empty: the system's. When one is set, the system's are not looked at.
  std::string file;
  std::string directory;
  // The first that exists is taken, files before directories.
  std::vector<std::string> system_files = {
      "/etc/ssl/certs/ca-certificates.crt",  // Debian, Ubuntu, Alpine, Arch
      "/etc/pki/tls/certs/ca-bundle.crt",    // Fedora, RHEL
      "/etc/ssl/cert.pem",                   // Alpine, BSDs
  };
  std::vector<std::string> system_directories = {"/etc/ssl/certs"};

  static CaSources FromEnvironment();
};

}  // namespace isolane::http
