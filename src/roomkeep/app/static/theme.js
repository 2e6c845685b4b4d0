// Runs before anything is drawn, so that no wrong colour shows: the theme of who was signed in last, as
// roomkeep.persistence.AppResumeStorage keeps it. Python, which is here later, says the same.
try {
  const user = localStorage.getItem('roomkeep/currentUserId');
  const quote = (text) => encodeURIComponent(text)
    .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const database = user ? `roomkeep::${quote(user)}` : 'roomkeep-anonymous';
  const { theme } = JSON.parse(localStorage.getItem(`${database}/launchSettings`)) ?? {};
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // What cannot be read there counts as absent.
}
