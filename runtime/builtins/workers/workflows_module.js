// The module "cloudflare:workflows".
'use strict';

/** What a step of a Workflow throws when there is no use in trying it again. */
class NonRetryableError extends Error {
  constructor(message, name = 'NonRetryableError') {
    super(message);
    this.name = name;
  }
}

const workflowExports = () => ({ NonRetryableError });

module.exports = { workflowExports };
