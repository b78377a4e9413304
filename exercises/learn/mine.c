#include "commands.h"
int mine_command(Desk *desk, int argc, char **argv) { (void)desk; (void)argc; (void)argv; return 0; }
