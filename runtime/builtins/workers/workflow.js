// A binding to a Workflow: env.NAME.create(), get(), and the instances that they give.
//
// https://developers.cloudflare.com/workflows/build/workers-api/. An instance is an object of its own, as a
// Durable Object is, at the Worker that exports the class: what becomes of it is workers/workflow_engine.js.
'use strict';

const { requireContext } = require('internal/context');
const { structuredClone } = require('web/structured_clone');
const { BindingRoot } = require('workers/fetcher');
const { start } = require('workers/rpc');
const { isAddressedId, isInstanceId, isReservedId, isRetention } = require('workers/workflow_rules');

const { isArray } = Array;
const { isInteger } = Number;

// Of one batch.
const MOST_INSTANCES = 100;
const CALL = 0;
const INVALID_ID = 'WorkflowError: Workflow instance has invalid id';
const BAD_ARGUMENT = 'WorkflowError: (body) Provided argument is invalid';
const BAD_BATCH = 'WorkflowError: (body) Batch size exceeds maximum allowed';

const isObject = (value) => typeof value === 'object' && value !== null;
const alreadyExists = (id) =>
  new Error(`WorkflowError: (instance.already_exists) Workflow instance with id "${id}" already exists`);

// Calls `method` of the instance. What it gives is { value } or { failure }.
async function callInstance(channel, id, method, args) {
  requireContext();
  const address = `${native.actorIdFromName(channel, id)}\n${id}`;
  const answer = await start(new BindingRoot(channel, address), [method], CALL, args);
  if (answer.failure !== undefined) throw new Error(answer.failure);
  return answer.value;
}

const make = Symbol('Workflow');
// Those of this Worker, by their channels.
const bindings = [];
let createScheduled;

class WorkflowInstance {
  #channel;
  #binding;

  constructor(key, channel, binding, id) {
    if (key !== make) throw new TypeError('Illegal constructor');
    this.#channel = channel;
    this.#binding = binding;
    this.id = id;
  }

  #call(method, args) {
    return callInstance(this.#channel, this.id, method, args);
  }

  async pause() {
    await this.#call('pause', []);
  }

  async resume() {
    await this.#call('resume', []);
  }

  async terminate(options = undefined) {
    if (options?.rollback) {
      throw new Error(
        `isolane does not support rollbacks of Workflows yet: terminate ${this.#name} without { rollback: true }.`);
    }
    await this.#call('terminate', []);
  }

  async restart(options = undefined) {
    const from = options?.from;
    await this.#call('restart', isObject(from)
      ? [{ name: `${from.name}`, count: Number(from.count ?? 1), type: `${from.type ?? 'do'}` }] : []);
  }

  async delete() {
    await this.#call('remove', []);
  }

  async status() {
    const { status, outputs, output, error } = await this.#call('status', []);
    return { status, __LOCAL_DEV_STEP_OUTPUTS: outputs, output, error };
  }

  async sendEvent(event) {
    // What cannot be kept is an error of this call.
    await this.#call('receive', [event.type, structuredClone(event.payload)]);
  }

  async subscribe() {
    throw new Error(`isolane does not support subscribe() of Workflows yet: ask ${this.#name} for its status().`);
  }

  get #name() {
    return `instance "${this.id}" of env.${this.#binding}`;
  }
}

class Workflow {
  #channel;
  #binding;
  #workflow;
  // { steps, preserves }: what the instances keep of the configuration.
  #settings;

  constructor(key, configuration) {
    if (key !== make) throw new TypeError('Illegal constructor');
    this.#channel = configuration.channel;
    this.#binding = configuration.name;
    this.#workflow = configuration.workflow;
    const { steps, preserves } = configuration;
    this.#settings = { steps, preserves: preserves === 1 };
  }

  #instance(id) {
    return new WorkflowInstance(make, this.#channel, this.#binding, id);
  }

  async create(options = undefined) {
    const given = options ?? {};
    const { id = native.randomUUID() } = given;
    if (!isInstanceId(id)) throw new Error(INVALID_ID);
    if (!(await this.#create(id, given))) throw alreadyExists(id);
    return this.#instance(id);
  }

  async get(id) {
    const instance = this.#instance(`${id}`);
    await callInstance(this.#channel, instance.id, 'exists', []);
    return instance;
  }

  // An array: those that are there already are left out. { instances } and { count }: they are told of.
  async createBatch(options) {
    const isList = isArray(options);
    const batch = isList ? options : batchOf(options);
    if (batch.length === 0) {
      throw new Error(isList ? 'WorkflowError: batchCreate should have at least 1 instance' : BAD_BATCH);
    }
    if (batch.length > MOST_INSTANCES) {
      throw new Error(
        isList ? `WorkflowError: batchCreate only supports ${MOST_INSTANCES} instances at a time` : BAD_BATCH);
    }
    for (let i = 0; i < batch.length; i++) checkOptions(batch[i], isList);
    const created = [];
    const errors = [];
    const seen = { __proto__: null };
    for (let index = 0; index < batch.length; index++) {
      const { id = native.randomUUID() } = batch[index];
      const doubled = id in seen;
      seen[id] = true;
      if (!doubled && (await this.#create(id, batch[index]))) {
        created[created.length] = this.#instance(id);
      } else {
        errors[errors.length] = doubled
          ? { index, id, code: 10415, message: 'workflows.api.error.instance.duplicate_in_batch' }
          : { index, id, code: 10405, message: 'workflows.api.error.instance.already_exists' };
      }
    }
    return isList ? created : { created, errors };
  }

  async deleteBatch(ids) {
    if (!isArray(ids)) throw new Error(BAD_ARGUMENT);
    if (ids.length > MOST_INSTANCES) {
      throw new Error(`WorkflowError: (body) batchDeleteInstances only supports ${MOST_INSTANCES} instances at a time`);
    }
    if (ids.length === 0) throw new Error('WorkflowError: (body) batchDeleteInstances should have at least 1 instance');
    for (let i = 0; i < ids.length; i++) {
      if (!isAddressedId(ids[i])) throw new Error('WorkflowError: (instance.invalid_id) Instance ID is invalid');
    }
    const outcomes = { __proto__: null };
    const deleted = [];
    const errors = [];
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i];
      if (!(id in outcomes)) outcomes[id] = await callInstance(this.#channel, id, 'removed', []);
      if (outcomes[id]) deleted[deleted.length] = { id };
      else errors[errors.length] = { id, code: 10400, message: 'workflows.api.error.instance.not_found' };
    }
    return { deleted, errors };
  }

  // False if there is an instance of that id. `schedule`: what makes it, if it is no code of the Worker.
  #create(id, { params = {} }, schedule = undefined) {
    const event = { instanceId: id, workflowName: this.#workflow, schedule };
    // What cannot be kept is an error of this call.
    return callInstance(this.#channel, id, 'create', [event, structuredClone(params), this.#settings]);
  }

  static {
    // One for each time, however often it is told of that.
    createScheduled = (workflow, cron, scheduledTime) =>
      workflow.#create(`${cron}-${scheduledTime}`, {}, { cron, scheduledTime });
  }
}

function batchOf(options) {
  if (!isObject(options)) throw new Error(BAD_ARGUMENT);
  const { count, instances, params, retention, locationHint } = options;
  if (count === undefined) {
    if (isArray(instances)) return instances;
    throw new Error(BAD_ARGUMENT);
  }
  if (!isInteger(count) || count <= 0) throw new Error('WorkflowError: (body) count must be a positive integer');
  if (count > MOST_INSTANCES) {
    throw new Error(`WorkflowError: (body) batchCreate only supports ${MOST_INSTANCES} instances at a time`);
  }
  const batch = [];
  for (let i = 0; i < count; i++) batch[i] = { params, retention, locationHint };
  return batch;
}

// One of a batch.
function checkOptions(options, isList) {
  if (!isObject(options)) throw new Error(BAD_ARGUMENT);
  const { id, retention } = options;
  if (id !== undefined && (!isInstanceId(id) || (!isList && isReservedId(id)))) {
    throw new Error(isList ? INVALID_ID : 'WorkflowError: (instance.invalid_id) Instance ID is invalid');
  }
  if (isList || retention === undefined) return;
  const { successRetention, errorRetention } = retention;
  if ((successRetention === undefined || isRetention(successRetention)) &&
      (errorRetention === undefined || isRetention(errorRetention))) {
    return;
  }
  throw new Error(
    "WorkflowError: (body) Duration must be a number or a string in format '{{number}} {{unit}}' where unit is " +
      'second(s), minute(s), etc.');
}

// --- entered from C++ ---

// A schedule of the Workflow is due (workers/events.js).
class Due {
  constructor(channel, cron, scheduledTime) {
    this.cron = cron;
    this.scheduledTime = scheduledTime;
    this.act = () => createScheduled(bindings[channel], cron, scheduledTime);
  }

  info() {
    return { type: 'scheduled', cron: this.cron, scheduledTime: this.scheduledTime };
  }

  result(outcome) {
    return { outcome, noRetry: false };
  }
}

module.exports = {
  make: (configuration) => (bindings[configuration.channel] = new Workflow(make, configuration)),
  receive: (args) => new Due(args[0], args[1], args[2]),
};
