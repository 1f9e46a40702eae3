// What kind of value it is, by what the language tells of it: internal slots where a method of the class
// asks for them, else the name it gives itself.
const tagOf = (value) => Object.prototype.toString.call(value).slice(8, -1);
const isObject = (value) => typeof value === "object" && value !== null;

// A getter or method of a class that throws for everything else.
function takes(prototype, name) {
  const { get, value } = Object.getOwnPropertyDescriptor(prototype, name);
  const ask = get ?? value;
  return (object) => {
    if (!isObject(object)) return false;
    try {
      ask.call(object);
      return true;
    } catch {
      return false;
    }
  };
}

const typedArrayName = /* @__PURE__ */ (() => {
  const TypedArray = Object.getPrototypeOf(Uint8Array.prototype);
  const { get } = Object.getOwnPropertyDescriptor(TypedArray, Symbol.toStringTag);
  return (value) => (isObject(value) ? get.call(value) : undefined);
})();

const primitiveOf = (prototype) => takes(prototype, "valueOf");
const isFunction = (value, ...kinds) => typeof value === "function" && kinds.includes(tagOf(value));

export const isExternal = () => false;
export const isProxy = () => false;
export const isDate = /* @__PURE__ */ takes(Date.prototype, "getTime");
const isPlainly = (value, tag) => isObject(value) && !(Symbol.toStringTag in value) && tagOf(value) === tag;

export const isArgumentsObject = (value) => isPlainly(value, "Arguments");
export const isBigIntObject = /* @__PURE__ */ primitiveOf(BigInt.prototype);
export const isBooleanObject = /* @__PURE__ */ primitiveOf(Boolean.prototype);
export const isNumberObject = /* @__PURE__ */ primitiveOf(Number.prototype);
export const isStringObject = /* @__PURE__ */ primitiveOf(String.prototype);
export const isSymbolObject = /* @__PURE__ */ primitiveOf(Symbol.prototype);
export const isBoxedPrimitive = (value) => isNumberObject(value) || isStringObject(value) ||
  isBooleanObject(value) || isBigIntObject(value) || isSymbolObject(value);
export const isNativeError = (value) => isObject(value) && Error.isError(value);
export const isRegExp = (value) => isPlainly(value, "RegExp");
export const isAsyncFunction = (value) => isFunction(value, "AsyncFunction", "AsyncGeneratorFunction");
export const isGeneratorFunction = (value) => isFunction(value, "GeneratorFunction", "AsyncGeneratorFunction");
export const isGeneratorObject = (value) => isObject(value) && ["Generator", "AsyncGenerator"].includes(tagOf(value));
export const isPromise = (value) => value instanceof Promise;
export const isMap = /* @__PURE__ */ takes(Map.prototype, "size");
export const isSet = /* @__PURE__ */ takes(Set.prototype, "size");
export const isMapIterator = (value) => isObject(value) && tagOf(value) === "Map Iterator";
export const isSetIterator = (value) => isObject(value) && tagOf(value) === "Set Iterator";
export const isWeakMap = (value) => value instanceof WeakMap;
export const isWeakSet = (value) => value instanceof WeakSet;
export const isArrayBuffer = /* @__PURE__ */ takes(ArrayBuffer.prototype, "byteLength");
export const isSharedArrayBuffer = (value) => typeof SharedArrayBuffer === "function" && value instanceof SharedArrayBuffer;
export const isAnyArrayBuffer = (value) => isArrayBuffer(value) || isSharedArrayBuffer(value);
export const isDataView = (value) => ArrayBuffer.isView(value) && typedArrayName(value) === undefined;
export const isArrayBufferView = (value) => ArrayBuffer.isView(value);
export const isModuleNamespaceObject = (value) => isObject(value) && Object.getPrototypeOf(value) === null &&
  Object.getOwnPropertyDescriptor(value, Symbol.toStringTag)?.value === "Module";
export const isTypedArray = (value) => typedArrayName(value) !== undefined;
export const isUint8Array = (value) => typedArrayName(value) === "Uint8Array";
export const isUint8ClampedArray = (value) => typedArrayName(value) === "Uint8ClampedArray";
export const isUint16Array = (value) => typedArrayName(value) === "Uint16Array";
export const isUint32Array = (value) => typedArrayName(value) === "Uint32Array";
export const isInt8Array = (value) => typedArrayName(value) === "Int8Array";
export const isInt16Array = (value) => typedArrayName(value) === "Int16Array";
export const isInt32Array = (value) => typedArrayName(value) === "Int32Array";
export const isFloat16Array = (value) => typedArrayName(value) === "Float16Array";
export const isFloat32Array = (value) => typedArrayName(value) === "Float32Array";
export const isFloat64Array = (value) => typedArrayName(value) === "Float64Array";
export const isBigInt64Array = (value) => typedArrayName(value) === "BigInt64Array";
export const isBigUint64Array = (value) => typedArrayName(value) === "BigUint64Array";
export const isCryptoKey = (value) => value instanceof CryptoKey;
export const isKeyObject = (value) => isObject(value) && value[Symbol.for("isolane.KeyObject")] === true;

export default {
  isExternal, isProxy, isDate, isArgumentsObject, isBigIntObject, isBooleanObject, isNumberObject,
  isStringObject, isSymbolObject, isBoxedPrimitive, isNativeError, isRegExp, isAsyncFunction,
  isGeneratorFunction, isGeneratorObject, isPromise, isMap, isSet, isMapIterator, isSetIterator,
  isWeakMap, isWeakSet, isArrayBuffer, isSharedArrayBuffer, isAnyArrayBuffer, isDataView,
  isArrayBufferView, isModuleNamespaceObject, isTypedArray, isUint8Array, isUint8ClampedArray,
  isUint16Array, isUint32Array, isInt8Array, isInt16Array, isInt32Array, isFloat16Array,
  isFloat32Array, isFloat64Array, isBigInt64Array, isBigUint64Array, isCryptoKey, isKeyObject,
};
