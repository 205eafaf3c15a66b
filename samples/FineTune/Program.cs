using static TorchSharp.torch;
Console.WriteLine(zeros(2).sum().item<float>());
