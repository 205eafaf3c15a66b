using FineTune;

return CommandLine.Run(args);
