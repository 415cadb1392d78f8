import CertificateExport from './commands/certificate/export.ts';
import CertificateVerify from './commands/certificate/verify.ts';
import Daemon from './commands/daemon.ts';
import IdExport from './commands/id/export.ts';
import IdHistory from './commands/id/history.ts';
import IdResolve from './commands/id/resolve.ts';
import IdRevoke from './commands/id/revoke.ts';
import IdRotate from './commands/id/rotate.ts';
import IdShow from './commands/id/show.ts';
import IdVerify from './commands/id/verify.ts';
import Init from './commands/init.ts';
import KeyExport from './commands/key/export.ts';
import LogReplay from './commands/log/replay.ts';
import LogShow from './commands/log/show.ts';
import LogVerify from './commands/log/verify.ts';
import OrderBlame from './commands/order/blame.ts';
import OrderCancel from './commands/order/cancel.ts';
import OrderCreate from './commands/order/create.ts';
import OrderList from './commands/order/list.ts';
import OrderRedeem from './commands/order/redeem.ts';
import OrderShow from './commands/order/show.ts';
import OrderWatch from './commands/order/watch.ts';
import PeerAdd from './commands/peer/add.ts';
import PeerClear from './commands/peer/clear.ts';
import PeerList from './commands/peer/list.ts';
import PeerRemove from './commands/peer/remove.ts';
import Recover from './commands/recover.ts';
import Status from './commands/status.ts';

/** Every command. Loading this table loads no part of the node: `milagro --help` must be instant. */
export const COMMANDS = {
  init: Init,
  daemon: Daemon,
  status: Status,
  recover: Recover,
  'id:show': IdShow,
  'id:export': IdExport,
  'id:resolve': IdResolve,
  'id:history': IdHistory,
  'id:rotate': IdRotate,
  'id:revoke': IdRevoke,
  'id:verify': IdVerify,
  'peer:add': PeerAdd,
  'peer:list': PeerList,
  'peer:remove': PeerRemove,
  'peer:clear': PeerClear,
  'order:create': OrderCreate,
  'order:list': OrderList,
  'order:show': OrderShow,
  'order:watch': OrderWatch,
  'order:cancel': OrderCancel,
  'order:redeem': OrderRedeem,
  'order:blame': OrderBlame,
  'certificate:export': CertificateExport,
  'certificate:verify': CertificateVerify,
  'key:export': KeyExport,
  'log:show': LogShow,
  'log:replay': LogReplay,
  'log:verify': LogVerify,
};
