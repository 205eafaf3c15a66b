using ModelZoo;

// dotnet run --project samples/Models                        lists the models
// dotnet run --project samples/Models -- timm-convnext_tiny  lists a model's tensors
if (args.Length == 0)
{
    foreach (var real in RealModel.All) Console.WriteLine(real.Name);
    return 0;
}

if (RealModel.All.FirstOrDefault(m => m.Name == args[0]) is not { } model)
{
    Console.Error.WriteLine($"There is no model '{args[0]}'. There are: {string.Join(", ", RealModel.All.Select(m => m.Name))}.");
    return 2;
}

foreach (var (name, tensor) in model.Build().state_dict()) Console.WriteLine($"{name} [{string.Join(", ", tensor.shape)}]");
return 0;
