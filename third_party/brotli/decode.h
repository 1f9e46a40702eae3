// Brotli's decoder, which the V8 host exports without a header: prototypes of our own for the part
// that is used. The API has been stable since brotli 1.0; third_party/selfcheck proves it against
// the pinned host.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {

struct BrotliDecoderStateStruct;

// BrotliDecoderResult
inline constexpr int kBrotliError = 0;
inline constexpr int kBrotliDone = 1;
inline constexpr int kBrotliNeedsInput = 2;
inline constexpr int kBrotliNeedsOutput = 3;

// 0xMMMmmmppp
uint32_t BrotliDecoderVersion();
BrotliDecoderStateStruct* BrotliDecoderCreateInstance(void* (*allocate)(void*, size_t),
                                                      void (*release)(void*, void*), void* opaque);
void BrotliDecoderDestroyInstance(BrotliDecoderStateStruct* state);
int BrotliDecoderDecompressStream(BrotliDecoderStateStruct* state, size_t* available_in,
                                  const uint8_t** next_in, size_t* available_out,
                                  uint8_t** next_out, size_t* total_out);
}
