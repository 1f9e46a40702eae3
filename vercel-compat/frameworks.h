// What isolane knows of frameworks: their slugs, what runs them, and by which files of a service
// they are recognized.
//
// spec/vercel-services.md section 4. Thread: any. Blocking: reads files while a project is loaded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace isolane::vercel {

// Whether Vercel has a framework of that slug.
bool IsFramework(std::string_view slug);
// "node", "python", "go", "ruby", "rust" or "container" for a framework that is a server; empty for
// a frontend, and for none.
std::string RuntimeOfFramework(std::string_view slug);
// The same for the name of a file: by its extension. Empty: none.
std::string RuntimeOfFile(std::string_view file);
bool IsRuntime(std::string_view name);

// Slugs of the frameworks whose files are in `directory`. `runtime` narrows: only those; empty:
// all.
std::vector<std::string> DetectFrameworks(const std::string& directory, std::string_view runtime);

// The file of `directory` that starts a server of the Node framework `slug`: app, index or server,
// also below src, that imports it. Empty: there is none.
std::string FindNodeEntry(const std::string& directory, std::string_view slug);

// Whether `directory` or one above it, up to `project`, has node_modules/`package`.
bool IsInstalled(const std::string& directory, const std::string& project,
                 std::string_view package);

}  // namespace isolane::vercel
