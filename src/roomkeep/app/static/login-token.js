// Runs before anything else: who comes back from single sign-on has a token in the address that signs in. It is taken out
// before it can get into the history, a bookmark, or what the page keeps of its address. Python reads it once.
{
  const url = new URL(location.href);
  const token = url.searchParams.get('loginToken');
  if (token !== null) {
    window.roomkeepLoginToken = { token, nonce: url.searchParams.get('sso') ?? '' };
    history.replaceState(history.state, '', url.pathname + url.hash);
  }
}
