#include "vercel-compat/config_schema.h"

#include <utility>

#include "runtime/base/check.h"
#include "runtime/config/json_reader.h"

namespace isolane::vercel {
namespace {

// The order of keys is the order in which mistakes are looked for, so the first one that is told is
// the one that `vercel` tells.
constexpr char kRoot[] = R"json({
  "type": "object",
  "properties": {
    "builds": { "$ref": "builds" },
    "routes": { "$ref": "routes" },
    "cleanUrls": { "type": "boolean" },
    "headers": { "$ref": "headers" },
    "redirects": { "$ref": "redirects" },
    "rewrites": { "$ref": "rewrites" },
    "trailingSlash": { "type": "boolean" },
    "functions": { "$ref": "functions" },
    "crons": { "$ref": "crons" },
    "bunVersion": { "type": "string" },
    "proxy": { "$ref": "proxy" },
    "services": { "$ref": "services" },
    "experimentalServicesV2": { "$ref": "services" }
  }
})json";

constexpr char kDefinitions[] = R"json({
  "text": { "type": "string", "maxLength": 4096 },
  "texts": { "type": "array", "items": { "type": "string", "maxLength": 4096 } },
  "path": { "type": "string", "minLength": 1, "maxLength": 512 },
  "command": { "type": "string", "minLength": 1, "maxLength": 2048 },
  "status": { "type": "integer", "minimum": 100, "maximum": 999 },
  "env": {
    "type": "array", "minItems": 1, "maxItems": 64,
    "items": { "type": "string", "maxLength": 256 }
  },

  "builds": {
    "type": "array", "minItems": 0, "maxItems": 128,
    "items": {
      "type": "object", "additionalProperties": false, "required": ["use"],
      "properties": {
        "src": { "type": "string", "minLength": 1, "maxLength": 4096 },
        "use": { "type": "string", "minLength": 3, "maxLength": 256 },
        "config": { "type": "object" }
      }
    }
  },
  "crons": {
    "type": "array", "minItems": 0,
    "items": {
      "type": "object", "additionalProperties": false, "required": ["path", "schedule"],
      "properties": {
        "path": { "type": "string", "minLength": 1, "maxLength": 512, "pattern": "^/.*" },
        "schedule": { "type": "string", "minLength": 9, "maxLength": 256 }
      }
    }
  },
  "proxy": {
    "type": "object", "additionalProperties": false, "required": ["entrypoint"],
    "properties": {
      "entrypoint": { "type": "string", "minLength": 1 },
      "matcher": {
        "oneOf": [
          { "type": "string", "minLength": 1 },
          { "type": "array", "minItems": 1, "items": { "type": "string", "minLength": 1 } }
        ]
      }
    }
  },

  "serviceName": { "type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[a-z]([a-z_-]*[a-z])?$" },
  "binding": {
    "type": "object", "additionalProperties": false, "required": ["service", "format", "env"],
    "properties": {
      "type": { "const": "service" },
      "service": { "$ref": "serviceName" },
      "format": { "const": "url" },
      "env": { "type": "string", "maxLength": 256, "pattern": "^[A-Za-z_][A-Za-z0-9_]*$" }
    }
  },
  "services": {
    "type": "object",
    "propertyNames": { "maxLength": 64, "pattern": "^[a-z]([a-z_-]*[a-z])?$" },
    "additionalProperties": { "$ref": "service" }
  },
  "service": {
    "type": "object", "additionalProperties": false, "required": ["root"],
    "properties": {
      "root": { "$ref": "path" },
      "framework": { "type": "string", "minLength": 1, "maxLength": 256 },
      "runtime": { "type": "string", "minLength": 1, "maxLength": 256 },
      "entrypoint": { "$ref": "path" },
      "command": {
        "oneOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }]
      },
      "installCommand": { "$ref": "command" },
      "buildCommand": { "$ref": "command" },
      "devCommand": { "$ref": "command" },
      "ignoreCommand": { "$ref": "command" },
      "outputDirectory": { "$ref": "path" },
      "bindings": { "type": "array", "maxItems": 100, "items": { "$ref": "binding" } },
      "functions": { "$ref": "functions" },
      "headers": { "$ref": "headers" },
      "redirects": { "$ref": "redirects" },
      "rewrites": { "$ref": "rewrites" },
      "routes": { "$ref": "routes" },
      "cleanUrls": { "type": "boolean" },
      "trailingSlash": { "type": "boolean" }
    }
  },

  "queueTrigger": {
    "oneOf": [
      {
        "type": "object", "required": ["type", "topic", "consumer"], "additionalProperties": false,
        "properties": {
          "type": { "type": "string", "const": "queue/v1beta" },
          "topic": { "type": "string", "minLength": 1 },
          "consumer": { "type": "string", "minLength": 1 },
          "maxDeliveries": { "type": "number", "minimum": 1 },
          "retryAfterSeconds": { "type": "number", "minimum": 0 },
          "initialDelaySeconds": { "type": "number", "minimum": 0 },
          "maxConcurrency": { "type": "number", "minimum": 1 }
        }
      },
      {
        "type": "object", "required": ["type", "topic"], "additionalProperties": false,
        "properties": {
          "type": { "type": "string", "const": "queue/v2beta" },
          "topic": { "type": "string", "minLength": 1 },
          "maxDeliveries": { "type": "number", "minimum": 1 },
          "retryAfterSeconds": { "type": "number", "minimum": 0 },
          "initialDelaySeconds": { "type": "number", "minimum": 0 },
          "maxConcurrency": { "type": "number", "minimum": 1 }
        }
      }
    ]
  },
  "functions": {
    "type": "object", "minProperties": 1, "maxProperties": 50, "additionalProperties": false,
    "patternProperties": {
      "^.{1,256}$": {
        "type": "object", "additionalProperties": false,
        "properties": {
          "architecture": { "type": "string", "enum": ["x86_64", "arm64"] },
          "runtime": { "type": "string", "maxLength": 256 },
          "memory": { "minimum": 128, "maximum": 10240 },
          "maxDuration": {
            "oneOf": [
              { "type": "integer", "minimum": 1, "maximum": 1800 },
              { "type": "string", "enum": ["max"] }
            ]
          },
          "maxConcurrency": { "type": "integer", "minimum": 1 },
          "regions": { "type": "array", "items": { "type": "string" } },
          "functionFailoverRegions": { "type": "array", "items": { "type": "string" } },
          "includeFiles": { "type": "string", "maxLength": 256 },
          "excludeFiles": { "type": "string", "maxLength": 256 },
          "experimentalTriggers": { "type": "array", "items": { "$ref": "queueTrigger" } },
          "supportsCancellation": { "type": "boolean" }
        }
      }
    }
  },

  "destination": {
    "anyOf": [
      { "$ref": "text" },
      {
        "type": "object", "additionalProperties": false, "required": ["service"],
        "properties": {
          "type": { "type": "string", "enum": ["service"] },
          "service": {
            "type": "string", "minLength": 1, "maxLength": 64,
            "pattern": "^[a-zA-Z]([a-zA-Z0-9_-]*[a-zA-Z0-9])?$"
          },
          "path": { "$ref": "text" }
        }
      }
    ]
  },
  "keyTest": {
    "type": "object", "additionalProperties": false, "minProperties": 1,
    "properties": {
      "eq": { "anyOf": [{ "$ref": "text" }, { "type": "number" }] },
      "neq": { "$ref": "text" },
      "inc": { "$ref": "texts" },
      "ninc": { "$ref": "texts" },
      "pre": { "$ref": "text" },
      "suf": { "$ref": "text" },
      "gt": { "type": "number" },
      "gte": { "type": "number" },
      "lt": { "type": "number" },
      "lte": { "type": "number" }
    }
  },
  "valueTest": {
    "type": "object", "additionalProperties": false, "minProperties": 1,
    "properties": {
      "eq": { "anyOf": [{ "$ref": "text" }, { "type": "number" }] },
      "neq": { "$ref": "text" },
      "inc": { "$ref": "texts" },
      "ninc": { "$ref": "texts" },
      "pre": { "$ref": "text" },
      "suf": { "$ref": "text" },
      "re": { "$ref": "text" },
      "gt": { "type": "number" },
      "gte": { "type": "number" },
      "lt": { "type": "number" },
      "lte": { "type": "number" }
    }
  },
  "conditions": {
    "type": "array", "maxItems": 16,
    "items": {
      "anyOf": [
        {
          "type": "object", "additionalProperties": false, "required": ["type", "value"],
          "properties": {
            "type": { "type": "string", "enum": ["host"] },
            "value": { "anyOf": [{ "$ref": "text" }, { "$ref": "valueTest" }] }
          }
        },
        {
          "type": "object", "additionalProperties": false, "required": ["type", "key"],
          "properties": {
            "type": { "type": "string", "enum": ["header", "cookie", "query"] },
            "key": { "$ref": "text" },
            "value": { "anyOf": [{ "$ref": "text" }, { "$ref": "valueTest" }] }
          }
        }
      ]
    }
  },
  "requestPath": {
    "type": "string", "maxLength": 2048, "pattern": "^/(?!/)(?!.*[?#\\s\\x00-\\x1F\\x7F]).*$"
  },
  "headerValue": {
    "type": "string", "pattern": "^[a-zA-Z0-9_ :;.,\"'?!(){}\\[\\]@<>=+*#$&`|~\\^%/-]+$"
  },
  "transforms": {
    "type": "array", "minItems": 1,
    "items": {
      "type": "object", "additionalProperties": false, "required": ["type", "op"],
      "properties": {
        "type": {
          "type": "string",
          "enum": ["request.headers", "request.query", "response.headers", "request.path"]
        },
        "op": { "type": "string", "enum": ["append", "set", "delete"] },
        "target": {
          "type": "object", "required": ["key"],
          "properties": { "key": { "anyOf": [{ "$ref": "text" }, { "$ref": "keyTest" }] } }
        },
        "args": {
          "anyOf": [
            { "$ref": "text" },
            { "type": "array", "minItems": 1, "items": { "$ref": "text" } }
          ]
        },
        "env": { "$ref": "env" }
      },
      "allOf": [
        {
          "if": { "properties": { "op": { "enum": ["append", "set"] } } },
          "then": { "required": ["args"] }
        },
        {
          "if": {
            "properties": {
              "type": { "enum": ["request.headers", "response.headers"] },
              "op": { "enum": ["set", "append"] }
            }
          },
          "then": {
            "properties": {
              "target": {
                "properties": {
                  "key": { "if": { "type": "string" }, "then": { "pattern": "^[a-zA-Z0-9_-]+$" } }
                }
              },
              "args": {
                "anyOf": [
                  { "$ref": "headerValue" },
                  { "type": "array", "items": { "$ref": "headerValue" } }
                ]
              }
            }
          }
        },
        {
          "if": {
            "required": ["type"],
            "properties": {
              "type": { "enum": ["request.headers", "request.query", "response.headers"] }
            }
          },
          "then": { "required": ["target"] }
        },
        {
          "if": {
            "required": ["type"], "properties": { "type": { "enum": ["request.path"] } }
          },
          "then": {
            "required": ["args"],
            "properties": { "op": { "enum": ["set"] }, "args": { "$ref": "requestPath" } },
            "not": { "required": ["target"] }
          }
        }
      ]
    }
  },
  "rewriteTransforms": {
    "type": "array", "minItems": 1,
    "items": {
      "type": "object", "additionalProperties": false, "required": ["type", "op", "args"],
      "properties": {
        "type": { "type": "string", "enum": ["request.path"] },
        "op": { "type": "string", "enum": ["set"] },
        "args": { "$ref": "requestPath" },
        "env": { "$ref": "env" }
      }
    }
  },

  "routeHeaders": {
    "type": "object", "additionalProperties": false, "minProperties": 1, "maxProperties": 100,
    "patternProperties": { "^.{1,256}$": { "type": "string", "maxLength": 32768 } }
  },
  "locale": {
    "type": "object", "additionalProperties": false, "minProperties": 1,
    "properties": {
      "redirect": {
        "type": "object", "additionalProperties": false, "minProperties": 1, "maxProperties": 100,
        "patternProperties": { "^.{1,256}$": { "$ref": "text" } }
      },
      "value": { "$ref": "text" },
      "path": { "$ref": "text" },
      "cookie": { "$ref": "text" },
      "default": { "$ref": "text" }
    }
  },
  "mitigate": {
    "type": "object", "additionalProperties": false, "required": ["action"],
    "properties": { "action": { "type": "string", "enum": ["challenge", "deny"] } }
  },
  "routes": {
    "type": "array",
    "items": {
      "anyOf": [
        {
          "type": "object", "additionalProperties": false,
          "properties": {
            "src": { "$ref": "text" },
            "source": { "$ref": "text" },
            "dest": { "$ref": "text" },
            "destination": { "$ref": "destination" },
            "headers": { "$ref": "routeHeaders" },
            "methods": {
              "type": "array", "maxItems": 10, "items": { "type": "string", "maxLength": 32 }
            },
            "caseSensitive": { "type": "boolean" },
            "important": { "type": "boolean" },
            "user": { "type": "boolean" },
            "continue": { "type": "boolean" },
            "override": { "type": "boolean" },
            "check": { "type": "boolean" },
            "isInternal": { "type": "boolean" },
            "status": { "$ref": "status" },
            "statusCode": { "$ref": "status" },
            "locale": { "$ref": "locale" },
            "middleware": { "type": "number" },
            "middlewarePath": { "type": "string" },
            "middlewareRawSrc": { "type": "array", "items": { "type": "string" } },
            "has": { "$ref": "conditions" },
            "missing": { "$ref": "conditions" },
            "mitigate": { "$ref": "mitigate" },
            "transforms": { "$ref": "transforms" },
            "env": { "$ref": "env" },
            "respectOriginCacheControl": { "type": "boolean" }
          },
          "anyOf": [{ "required": ["src"] }, { "required": ["source"] }]
        },
        {
          "type": "object", "required": ["handle"], "additionalProperties": false,
          "properties": {
            "handle": {
              "type": "string", "maxLength": 32,
              "enum": ["error", "filesystem", "hit", "miss", "resource", "rewrite"]
            }
          }
        }
      ]
    }
  },
  "rewrites": {
    "type": "array", "maxItems": 2048,
    "items": {
      "type": "object", "additionalProperties": false, "required": ["source", "destination"],
      "properties": {
        "source": { "$ref": "text" },
        "destination": { "$ref": "destination" },
        "transforms": { "$ref": "rewriteTransforms" },
        "has": { "$ref": "conditions" },
        "missing": { "$ref": "conditions" },
        "statusCode": { "$ref": "status" },
        "env": { "$ref": "env" },
        "respectOriginCacheControl": { "type": "boolean" }
      }
    }
  },
  "redirects": {
    "type": "array", "maxItems": 2048,
    "items": {
      "type": "object", "additionalProperties": false, "required": ["source", "destination"],
      "properties": {
        "source": { "$ref": "text" },
        "destination": { "$ref": "text" },
        "permanent": { "type": "boolean" },
        "statusCode": { "$ref": "status" },
        "has": { "$ref": "conditions" },
        "missing": { "$ref": "conditions" },
        "env": { "$ref": "env" }
      }
    }
  },
  "headers": {
    "type": "array", "maxItems": 2048,
    "items": {
      "type": "object", "additionalProperties": false, "required": ["source", "headers"],
      "properties": {
        "source": { "$ref": "text" },
        "headers": {
          "type": "array", "maxItems": 1024,
          "items": {
            "type": "object", "additionalProperties": false, "required": ["key", "value"],
            "properties": {
              "key": { "$ref": "text" },
              "value": { "type": "string", "maxLength": 32768 }
            }
          }
        },
        "has": { "$ref": "conditions" },
        "missing": { "$ref": "conditions" }
      }
    }
  }
})json";

config::ConfigNode Read(const char* text) {
  auto node = config::ReadJson(text, "schema");
  ISOLANE_CHECK(node.ok());
  return std::move(*node);
}

}  // namespace

const ConfigSchema& VercelSchema() {
  static const ConfigSchema schema{Read(kRoot), Read(kDefinitions)};
  return schema;
}

}  // namespace isolane::vercel
