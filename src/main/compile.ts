// Loads whatever a process of ours may load, and does nothing with it: `bin/signon` runs this where Node has not kept what
// it compiled. The program itself is asked for help only; the rest is what it loads when that is needed.
import './signon.ts'
import './demo.ts'
import './web.ts'
import './worker.ts'
import './observability/open-telemetry.ts'
import '#outside/folder-postman.ts'
import '#outside/notify-postman.ts'
import '#outside/smtp-postman.ts'
import '#store/diagnosis.ts'
