import { heading, empty } from '../ui.js';

export default function (context) {
  return { title: 'Overview', render: () => [heading('Overview'), empty('Not built yet', 'This page is a placeholder.')] };
}
