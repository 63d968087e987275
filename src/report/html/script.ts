/**
 * The page's only script: the value under the pointer, or under the arrow keys when a drawing has the focus. Without it
 * the page lacks nothing else. It is text, since it runs in the reader's browser.
 */
export const SCRIPT = `(() => {
  'use strict';
  const tip = document.createElement('div');
  tip.className = 'tip';
  tip.hidden = true;
  tip.setAttribute('role', 'status');
  document.body.append(tip);
  const ring = document.createElementNS('http://www.w3.org/2000/svg', 'circle');
  ring.setAttribute('class', 'ring');
  ring.setAttribute('r', '7');
  const hide = () => { tip.hidden = true; ring.remove(); };

  const pointsOf = (svg) => [...svg.querySelectorAll('[data-tip]')].flatMap((mark) => {
    const xs = mark.dataset.x.split(' ').map(Number);
    const ys = mark.dataset.y.split(' ').map(Number);
    return mark.dataset.words.split('|').map((line, i) => {
      const words = line.split(';');
      return { x: xs[i], y: ys[i], text: mark.dataset.tip.replace(/{(\\d)}/g, (_, n) => words[n]) };
    });
  }).sort((a, b) => a.x - b.x || a.y - b.y);

  const show = (svg, point) => {
    const box = svg.getBoundingClientRect();
    const scale = box.width / svg.viewBox.baseVal.width;
    ring.setAttribute('cx', point.x);
    ring.setAttribute('cy', point.y);
    svg.append(ring);
    tip.textContent = point.text;
    tip.hidden = false;
    const width = document.documentElement.clientWidth;
    const left = box.left + point.x * scale + 12;
    const turned = left + tip.offsetWidth > width - 8 ? left - tip.offsetWidth - 24 : left;
    tip.style.left = Math.max(8, turned) + scrollX + 'px';
    tip.style.top = Math.max(0, box.top + point.y * scale - tip.offsetHeight - 10) + scrollY + 'px';
  };

  for (const svg of document.querySelectorAll('svg.drawing')) {
    let points = null;
    let at = -1;
    svg.setAttribute('tabindex', '0');
    const all = () => (points ??= pointsOf(svg));
    svg.addEventListener('pointermove', (event) => {
      const box = svg.getBoundingClientRect();
      const scale = box.width / svg.viewBox.baseVal.width;
      const x = (event.clientX - box.left) / scale;
      const y = (event.clientY - box.top) / scale;
      let best = null;
      let least = 60 * 60;
      for (const point of all()) {
        const distance = (point.x - x) ** 2 + (point.y - y) ** 2;
        if (distance < least) { least = distance; best = point; }
      }
      if (best === null) hide(); else show(svg, best);
    });
    svg.addEventListener('pointerleave', hide);
    svg.addEventListener('blur', () => { at = -1; hide(); });
    svg.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (event.key === 'Escape') hide();
      if (step === undefined || all().length === 0) return;
      event.preventDefault();
      at = Math.min(all().length - 1, Math.max(0, at + step));
      show(svg, all()[at]);
    });
  }
})();
`;
