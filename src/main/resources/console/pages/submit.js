import { heading, empty } from '../ui.js';

export default function (context) {
  return { title: 'New video', render: () => [heading('New video'), empty('Not built yet', 'This page is a placeholder.')] };
}
