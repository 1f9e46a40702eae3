// The fields of one container that have parts of their own, each as wrangler checks it.
//
// Thread: any. Borrows the section, whose path is that of the container: "containers".
#pragma once

#include <string>

#include "wrangler-compat/config_section.h"

namespace isolane::wrangler {

inline constexpr std::string_view kContainerInstanceTypes[] = {
    "lite", "basic", "standard-1", "standard-2", "standard-3", "standard-4", "dev", "standard"};

enum class KeyName { kRequired, kOptional };

// `field` is there. "ssh", or its old name.
void CheckContainerSsh(ConfigSection& container, std::string_view field);
// An array of public keys, if it is there.
void CheckContainerKeys(ConfigSection& container, std::string_view field, KeyName name);
void CheckContainerConstraints(ConfigSection& container);
void CheckContainerObservability(ConfigSection& container);
// `images` and `unsafe` of a container that a Durable Object manages.
void CheckManagedImages(ConfigSection& container);
void CheckManagedUnsafe(ConfigSection& container);

// What is wrong with the image, a path of a Dockerfile or the address of an image; empty if nothing
// is.
std::string WrongImage(const ConfigFile& file, const std::string& image);

}  // namespace isolane::wrangler
