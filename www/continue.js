// continue.js: sends the page's one form. Where no script runs, its button does.
document.querySelector("form").submit();
