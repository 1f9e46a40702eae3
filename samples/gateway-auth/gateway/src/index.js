export default {
  async fetch(request, env) {
    // A body can be read once. AUTH gets a copy, so that APPLICATION still gets the original.
    const verdict = await env.AUTH.fetch(request.clone());
    if (verdict.status !== 200) return verdict;
    return env.APPLICATION.fetch(request);
  },
};
