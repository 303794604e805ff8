(() => {
  const form = document.querySelector("form");
  const alert = form.querySelector("[role=alert]");
  const button = form.querySelector("button");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    alert.textContent = "";
    button.disabled = true;
    try {
      const given = new FormData(form);
      const answer = await fetch("../v1/auth/login", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ name: given.get("name"), password: given.get("password") }),
      });
      const said = await answer.json();
      if (answer.ok) {
        const to = new URLSearchParams(location.search).get("to") ?? "";
        // Only a page of ours, never an address.
        location.assign(/^[a-z_-]*(\?[\w=&%.:+-]*)?$/.test(to) ? `./${to}` : "./");
        return;
      }
      alert.textContent = `${said.detail}.`;
    } catch {
      alert.textContent = "The service does not answer.";
    }
    button.disabled = false;
    form.elements.password.select();
  });
})();
