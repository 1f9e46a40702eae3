#!/usr/bin/env bash
# samples/embed-cpp as its README builds it. (./test.sh unit runs its cases one by one.)
set -eu
ninja -C build embed_cpp
build/samples/embed_cpp
